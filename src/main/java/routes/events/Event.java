package routes.events;

import java.time.Instant;

/** What every event carries. */
public sealed interface Event permits PostEvent, AlbumParsed, AlbumAssembled, DigestsGenerate, TrendsEmerging {

    String SCHEMA_VERSION = "v1";

    /** Version of the schema, "v1". */
    String schemaVersion();

    /** Follows a post through all stages and stands in every log line. */
    String traceId();

    /** When the producer made the event, UTC. */
    Instant occurredAt();

    /** The same for the same fact, however often it is published. */
    String idempotencyKey();
}
