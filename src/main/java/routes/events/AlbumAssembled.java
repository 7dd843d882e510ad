package routes.events;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * album.assembled: the combined content of all members of an album; {@code complete} is false if the stage did not wait for some members.
 */
@RecordBuilder
public record AlbumAssembled(
        String schemaVersion,
        String traceId,
        Instant occurredAt,
        String idempotencyKey,
        String userId,
        UUID tenantId,
        UUID channelId,
        Long albumId,
        Long groupedId,
        Integer revision,
        List<UUID> postIds,
        String albumKind,
        Integer itemsCount,
        Integer itemsAnalyzed,
        String visionSummary,
        List<String> visionLabels,
        String visionOcrText,
        List<String> visionTags,
        Boolean hasMeme,
        Boolean hasText,
        String s3Key,
        Boolean complete,
        Instant postedAt,
        Instant firstAnalyzedAt,
        Instant lastAnalyzedAt,
        Instant assemblyCompletedAt,
        Double assemblyLagSeconds)
        implements Event {

    @Override
    public List<UUID> posts() {
        return postIds();
    }
}
