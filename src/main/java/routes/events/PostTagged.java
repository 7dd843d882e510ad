package routes.events;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** posts.tagged: a set of tags for one content version of a post; {@code metadata.reason} is set if there are no tags for a reason. */
@RecordBuilder
public record PostTagged(
        String schemaVersion,
        String traceId,
        Instant occurredAt,
        String idempotencyKey,
        UUID postId,
        UUID tenantId,
        String userId,
        UUID channelId,
        List<String> tags,
        String tagsHash,
        List<String> topics,
        List<String> urls,
        String provider,
        String model,
        Integer latencyMs,
        Trigger trigger,
        Long contentVersion,
        String visionVersion,
        String featuresHash,
        Map<String, Object> metadata)
        implements Triggered {

    /** Without tags, the metadata contains the reason. */
    @Override
    public StageOutcome outcome() {
        Object reason = metadata == null ? null : metadata.get("reason");
        if (reason == null) {
            return StageOutcome.doneBy(provider, model);
        }
        StageOutcome.Kind kind = reason.equals("tagging_failed") ? StageOutcome.Kind.FAILED : StageOutcome.Kind.SKIPPED;
        return new StageOutcome(kind, reason.toString(), provider, model);
    }
}
