package routes.events;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** The common fields of all events. */
public sealed interface Event extends Recorded
        permits PostEvent, AlbumParsed, AlbumAssembled, DigestsGenerate, TrendsEmerging {

    String SCHEMA_VERSION = "v1";

    /** Returns the version of the schema, "v1". */
    String schemaVersion();

    /** Returns the trace id, which follows a post through all stages and appears in every log line. */
    String traceId();

    /** Returns the time at which the producer created the event, UTC. */
    Instant occurredAt();

    /** Returns the idempotency key: equal for the same fact, however often it is published. */
    String idempotencyKey();

    /** Returns the posts that the event is about. */
    default List<UUID> posts() {
        return List.of();
    }

    /** Returns the version of the post's text that the event is about; null if the event does not contain it. */
    default Long contentVersion() {
        return null;
    }

    /** Returns why the posts are processed; null if the event does not contain it. */
    default String triggerText() {
        return null;
    }

    @Override
    default StageOutcome outcome() {
        return StageOutcome.done(null);
    }
}
