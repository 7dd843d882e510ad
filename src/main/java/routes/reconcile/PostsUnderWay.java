package routes.reconcile;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.events.Event;
import routes.events.EventCodec;
import routes.events.EventStream;
import routes.events.InvalidEventException;
import routes.events.PostEnriched;
import routes.events.PostParsed;
import routes.events.PostTagged;
import routes.events.StreamCatalog;
import routes.redis.StreamAdmin;
import routes.redis.StreamAdmin.Entry;
import routes.redis.StreamGroup;
import routes.stages.StreamKeys;

/** Finds the posts with an event on its way to a final state, or with a dead letter. */
@Component
class PostsUnderWay {
    /** Maximum number of events read from the outbox, and from each group; with more, the pipeline has enough work. */
    static final int AT_MOST = 20_000;

    private static final int DEAD_LETTERS = 10_000;

    /** Custom streams may use post_id for anything else. */
    private static final String UUID_PATTERN = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";

    /** From the outbox downstream: when an event is acknowledged, its successor is in the next stream at the same moment. */
    private static final List<Step> STEPS = List.of(
            new Step(PostParsed.class, "tagging_workers"),
            new Step(PostTagged.class, "tag_persist_workers"),
            new Step(PostTagged.class, "enrich_workers"),
            new Step(PostEnriched.class, "indexing_workers"));

    private record Step(Class<? extends Event> type, String group) {}

    /**
     * @param underWay posts with an event that is not settled
     * @param dead posts with a dead letter, and the newest content version that has one
     */
    record Known(Set<UUID> underWay, Map<UUID, Long> dead) {

        /** Whether to skip the post. */
        boolean has(OpenPost post) {
            return underWay.contains(post.id())
                    || dead.getOrDefault(post.id(), Long.MIN_VALUE) >= post.contentVersion();
        }
    }

    private record PostVersion(UUID id, long contentVersion) {}

    private final StreamAdmin streams;
    private final StreamCatalog catalog;
    private final StreamKeys keys;
    private final EventCodec codec;
    private final JdbcClient jdbc;

    PostsUnderWay(StreamAdmin streams, StreamCatalog catalog, StreamKeys keys, EventCodec codec, JdbcClient jdbc) {
        this.streams = streams;
        this.catalog = catalog;
        this.keys = keys;
        this.codec = codec;
        this.jdbc = jdbc;
        STEPS.forEach(step -> {
            if (!catalog.stream(step.type()).groups().contains(step.group())) {
                throw new IllegalStateException("The catalogue has no group " + step.group());
            }
        });
    }

    /**
     * Reads all events that are not settled.
     *
     * @return empty if there are too many
     */
    Optional<Known> look() {
        Set<UUID> underWay = new HashSet<>();
        List<UUID> outbox = outbox();
        if (outbox.size() > AT_MOST) {
            return Optional.empty();
        }
        underWay.addAll(outbox);
        for (Step step : STEPS) {
            EventStream stream = catalog.stream(step.type());
            for (String key : keys.of(stream)) {
                boolean all = streams.readOutstanding(key, step.group(), AT_MOST, entry -> post(stream, entry)
                        .ifPresent(post -> underWay.add(post.id())));
                if (!all) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(new Known(underWay, dead()));
    }

    private List<UUID> outbox() {
        return jdbc.sql(
                        """
                        SELECT event ->> 'post_id' FROM outbox
                        WHERE published_at IS NULL AND event ->> 'post_id' ~* ? LIMIT ?""")
                .params(UUID_PATTERN, AT_MOST + 1)
                .query((row, number) -> UUID.fromString(row.getString(1)))
                .list();
    }

    private Map<UUID, Long> dead() {
        Map<UUID, Long> dead = new HashMap<>();
        Set<String> read = new HashSet<>();
        for (Step step : STEPS) {
            EventStream stream = catalog.stream(step.type());
            for (String key : keys.of(stream)) {
                if (read.add(key)) {
                    streams.readNewest(StreamGroup.deadLetterKey(key), DEAD_LETTERS, entry -> {
                        if (isOfStep(stream, entry)) {
                            post(stream, entry)
                                    .ifPresent(post -> dead.merge(post.id(), post.contentVersion(), Math::max));
                        }
                    });
                }
            }
        }
        return dead;
    }

    private static boolean isOfStep(EventStream stream, Entry entry) {
        String group = entry.fields().get("dlq_group");
        return STEPS.stream()
                .anyMatch(step -> step.type() == stream.type() && step.group().equals(group));
    }

    private Optional<PostVersion> post(EventStream stream, Entry entry) {
        try {
            Event event = codec.read(stream.name(), entry.id(), entry.fields());
            if (event instanceof PostParsed parsed) {
                return Optional.of(version(parsed.postId(), parsed.contentVersion()));
            }
            if (event instanceof PostTagged tagged) {
                return Optional.of(version(tagged.postId(), tagged.contentVersion()));
            }
            return event instanceof PostEnriched enriched
                    ? Optional.of(version(enriched.postId(), enriched.contentVersion()))
                    : Optional.empty();
        } catch (InvalidEventException e) {
            // it identifies no post, and becomes a dead letter or is one
            return Optional.empty();
        }
    }

    private static PostVersion version(UUID id, Long contentVersion) {
        return new PostVersion(id, contentVersion == null ? 0 : contentVersion);
    }
}
