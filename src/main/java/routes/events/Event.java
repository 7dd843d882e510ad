package routes.events;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** What every event carries, and what the product must know of any of them. */
public sealed interface Event extends Recorded
        permits PostEvent, AlbumParsed, AlbumAssembled, DigestsGenerate, TrendsEmerging {

    String SCHEMA_VERSION = "v1";

    /** Version of the schema, "v1". */
    String schemaVersion();

    /** Follows a post through all stages and stands in every log line. */
    String traceId();

    /** When the producer made the event, UTC. */
    Instant occurredAt();

    /** The same for the same fact, however often it is published. */
    String idempotencyKey();

    /** The posts that the event is about. */
    default List<UUID> posts() {
        return List.of();
    }

    /** Of the post's text that the event is about; null where it does not say. */
    default Long contentVersion() {
        return null;
    }

    /** Why the posts are processed; null where the event does not say. */
    default String triggerText() {
        return null;
    }

    @Override
    default StageOutcome outcome() {
        return StageOutcome.done(null);
    }
}
