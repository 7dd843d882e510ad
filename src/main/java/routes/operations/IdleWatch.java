package routes.operations;

import org.springframework.stereotype.Component;
import routes.events.StreamCatalog;
import routes.outbox.OutboxRelay;
import routes.reconcile.IndexRebuild;
import routes.redisstreams.StreamInspector;
import routes.stages.StreamKeys;

/** Knows when nothing is left to do for the stages of this process. */
@Component
class IdleWatch {
    private final OutboxRelay outbox;
    private final StreamInspector inspector;
    private final StreamCatalog catalog;
    private final StreamKeys keys;
    private final ServedGroups served;
    private final IndexRebuild rebuild;

    IdleWatch(
            OutboxRelay outbox,
            StreamInspector inspector,
            StreamCatalog catalog,
            StreamKeys keys,
            ServedGroups served,
            IndexRebuild rebuild) {
        this.outbox = outbox;
        this.inspector = inspector;
        this.catalog = catalog;
        this.keys = keys;
        this.served = served;
        this.rebuild = rebuild;
    }

    /**
     * Looks from the outbox down the streams. An entry that is acknowledged has its outputs in the next stream at the same
     * moment, so nothing can slip past this look. Entries that wait for their repetition are pending.
     */
    boolean isIdle() {
        return rebuild.progress().filter(IndexRebuild.Progress::publishing).isEmpty()
                && outbox.unpublished() == 0
                && catalog.streams().stream().allMatch(stream -> keys.of(stream).stream()
                        .flatMap(key -> inspector.groups(key).stream())
                        .filter(group -> served.list().stream()
                                .anyMatch(one -> one.stream().equals(stream.name())
                                        && one.group().equals(group.group())))
                        .allMatch(group -> group.lag() == 0 && group.pending() == 0));
    }

    long deadLetters() {
        return catalog.streams().stream()
                .flatMap(stream -> keys.of(stream).stream())
                .mapToLong(key -> inspector.stream(key).deadLetters())
                .sum();
    }
}
