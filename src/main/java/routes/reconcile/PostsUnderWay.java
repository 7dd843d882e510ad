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
import routes.events.AlbumParsed;
import routes.events.Event;
import routes.events.EventCodec;
import routes.events.EventStream;
import routes.events.InvalidEventException;
import routes.events.PostEnriched;
import routes.events.PostParsed;
import routes.events.PostTagged;
import routes.events.StreamCatalog;
import routes.events.VisionAnalyzed;
import routes.events.VisionUploaded;
import routes.redis.StreamAdmin;
import routes.redis.StreamAdmin.Entry;
import routes.redis.StreamGroup;
import routes.stages.StreamKeys;

/** Finds the posts with an event in flight, or with a dead letter. */
@Component
record PostsUnderWay(StreamAdmin streams, StreamCatalog catalog, StreamKeys keys, EventCodec codec, JdbcClient jdbc) {
    /**
     * Maximum number of events read from the outbox, and from each group. If there are more, the pipeline is busy and nothing is
     * reconciled.
     */
    static final int AT_MOST = 20_000;

    private static final int DEAD_LETTERS = 10_000;

    /** Integrators' streams may use post_id with another meaning. */
    private static final String UUID_PATTERN = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";

    /** In order from the outbox downstream: when an event is acknowledged, its successor is atomically added to the next stream. */
    private static final List<Step> STEPS = List.of(
            new Step(PostParsed.class, Set.of("tagging_workers")),
            new Step(VisionUploaded.class, Set.of("vision_workers")),
            new Step(AlbumParsed.class, Set.of("album_assemblers")),
            new Step(VisionAnalyzed.class, Set.of("retagging_workers", "album_assemblers")),
            new Step(PostTagged.class, Set.of("tag_persist_workers", "enrich_workers")),
            new Step(PostEnriched.class, Set.of("indexing_workers")));

    private record Step(Class<? extends Event> type, Set<String> groups) {}

    /**
     * @param underWay posts with an event in flight
     * @param dead posts with a dead letter, and the newest content version that has one
     */
    record Known(Set<UUID> underWay, Map<UUID, Long> dead) {

        /** Returns whether to skip the post with this version of its text. */
        boolean has(UUID post, long contentVersion) {
            return underWay.contains(post) || dead.getOrDefault(post, Long.MIN_VALUE) >= contentVersion;
        }
    }

    PostsUnderWay {
        STEPS.forEach(step -> {
            if (!catalog.stream(step.type()).groups().containsAll(step.groups())) {
                throw new IllegalStateException("The stream catalogue contains no group for " + step);
            }
        });
    }

    /**
     * Reads all events in flight.
     *
     * @return empty if there are too many
     */
    Optional<Known> look() {
        List<UUID> unpublished = unpublished();
        if (unpublished.size() > AT_MOST) {
            return Optional.empty();
        }
        Set<UUID> underWay = new HashSet<>(unpublished);
        for (Step step : STEPS) {
            EventStream stream = catalog.stream(step.type());
            for (String key : keys.of(stream)) {
                for (String group : step.groups()) {
                    boolean all = streams.readOutstanding(key, group, AT_MOST, entry -> event(stream, entry)
                            .ifPresent(event -> underWay.addAll(event.posts())));
                    if (!all) {
                        return Optional.empty();
                    }
                }
            }
        }
        return Optional.of(new Known(underWay, dead()));
    }

    private List<UUID> unpublished() {
        return jdbc.sql(
                        """
                        SELECT (event ->> 'post_id')::uuid FROM outbox
                        WHERE published_at IS NULL AND event ->> 'post_id' ~* ?
                        UNION ALL
                        SELECT jsonb_array_elements_text(event -> 'post_ids')::uuid FROM outbox
                        WHERE published_at IS NULL AND stream = 'albums.parsed' LIMIT ?""")
                .params(UUID_PATTERN, AT_MOST + 1)
                .query(UUID.class)
                .list();
    }

    private Map<UUID, Long> dead() {
        Map<UUID, Long> dead = new HashMap<>();
        for (Step step : STEPS) {
            EventStream stream = catalog.stream(step.type());
            for (String key : keys.of(stream)) {
                streams.readNewest(StreamGroup.deadLetterKey(key), DEAD_LETTERS, entry -> {
                    if (step.groups().contains(entry.fields().getOrDefault("dlq_group", ""))) {
                        event(stream, entry).ifPresent(event -> event.posts()
                                .forEach(post -> dead.merge(post, version(event), Math::max)));
                    }
                });
            }
        }
        return dead;
    }

    private Optional<Event> event(EventStream stream, Entry entry) {
        try {
            return Optional.of(codec.read(stream.name(), entry.id(), entry.fields()));
        } catch (InvalidEventException e) {
            return Optional.empty(); // the entry identifies no post, and becomes or is a dead letter
        }
    }

    private static long version(Event event) {
        return event.contentVersion() == null ? 0 : event.contentVersion();
    }
}
