package routes.events;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** posts.enriched: data of a post in addition to its text; {@code skipped} with a reason if nothing was added. */
@RecordBuilder
public record PostEnriched(
        String schemaVersion,
        String traceId,
        Instant occurredAt,
        String idempotencyKey,
        UUID postId,
        UUID tenantId,
        String source,
        List<String> tags,
        String tagsHash,
        Trigger trigger,
        Long contentVersion,
        String visionVersion,
        Map<String, Object> enrichmentData,
        List<String> sourceUrls,
        Integer wordCount,
        Integer originalWordCount,
        Boolean skipped,
        String skipReason,
        Integer crawlDurationMs,
        Boolean crawlSuccess,
        String policyApplied,
        Double qualityScore)
        implements Triggered {

    @Override
    public StageOutcome outcome() {
        return Boolean.TRUE.equals(skipped) ? StageOutcome.skipped(skipReason) : StageOutcome.done(null);
    }
}
