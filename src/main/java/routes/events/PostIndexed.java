package routes.events;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.UUID;

/** posts.indexed: a post was added to the vector index and the graph; durations in milliseconds. */
@RecordBuilder
public record PostIndexed(
        String schemaVersion,
        String traceId,
        Instant occurredAt,
        String idempotencyKey,
        UUID postId,
        UUID tenantId,
        String vectorId,
        String embeddingProvider,
        Integer embeddingDim,
        String qdrantCollection,
        Integer neo4jNodesCreated,
        Integer neo4jRelationshipsCreated,
        Integer indexingDurationMs,
        Integer embeddingGenerationMs,
        Integer qdrantIndexingMs,
        Integer neo4jIndexingMs)
        implements PostEvent {

    @Override
    public StageOutcome outcome() {
        return StageOutcome.doneBy(embeddingProvider, null);
    }
}
