package routes.events;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** What every event carries, and what the product needs to know about any event. */
public sealed interface Event extends Recorded
        permits PostEvent, AlbumParsed, AlbumAssembled, DigestsGenerate, TrendsEmerging {

    String SCHEMA_VERSION = "v1";

    /** Version of the schema, "v1". */
    String schemaVersion();

    /** Follows a post through all stages and appears in every log line. */
    String traceId();

    /** When the producer created the event, UTC. */
    Instant occurredAt();

    /** The same for the same fact, however often it is published. */
    String idempotencyKey();

    /** The posts that the event is about. */
    default List<UUID> posts() {
        return List.of();
    }

    /** Version of the post's text that the event is about; null if the event does not say. */
    default Long contentVersion() {
        return null;
    }

    /** Why the posts are processed; null if the event does not say. */
    default String triggerText() {
        return null;
    }

    @Override
    default StageOutcome outcome() {
        return StageOutcome.done(null);
    }
}
