package routes.operations;

import org.springframework.stereotype.Component;
import routes.events.StreamCatalog;
import routes.outbox.OutboxRelay;
import routes.reconcile.IndexRebuild;
import routes.redis.StreamAdmin;
import routes.stages.StreamKeys;

/** Detects when the stages of this process have no work left. */
@Component
class IdleWatch {
    private final OutboxRelay outbox;
    private final StreamAdmin streams;
    private final StreamCatalog catalog;
    private final StreamKeys keys;
    private final ServedGroups served;
    private final IndexRebuild rebuild;

    IdleWatch(
            OutboxRelay outbox,
            StreamAdmin streams,
            StreamCatalog catalog,
            StreamKeys keys,
            ServedGroups served,
            IndexRebuild rebuild) {
        this.outbox = outbox;
        this.streams = streams;
        this.catalog = catalog;
        this.keys = keys;
        this.served = served;
        this.rebuild = rebuild;
    }

    /**
     * Checks the outbox first, then the streams in order. The acknowledgement of an entry and the publication of its outputs are
     * atomic, so the check cannot miss an entry. Entries that wait for a retry are pending.
     */
    boolean isIdle() {
        return rebuild.progress().filter(IndexRebuild.Progress::publishing).isEmpty()
                && outbox.unpublished() == 0
                && catalog.streams().stream().allMatch(stream -> keys.of(stream).stream()
                        .flatMap(key -> streams.groups(key).stream())
                        .filter(group -> served.list().stream()
                                .anyMatch(one -> one.stream().equals(stream.name())
                                        && one.group().equals(group.group())))
                        .allMatch(group -> group.lag() == 0 && group.pending() == 0));
    }

    long deadLetters() {
        return catalog.streams().stream()
                .flatMap(stream -> keys.of(stream).stream())
                .mapToLong(key -> streams.stream(key).deadLetters())
                .sum();
    }
}
