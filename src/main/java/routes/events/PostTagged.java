package routes.events;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** posts.tagged: A set of tags for one content version of a post; {@code metadata.reason} is set when there are none for a reason. */
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

    /** Without tags, the metadata holds the reason. */
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
