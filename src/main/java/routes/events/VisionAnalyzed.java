package routes.events;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** posts.vision.analyzed: What vision saw in the media of one post; one for every uploaded event, also when everything was skipped. */
public record VisionAnalyzed(
        String schemaVersion,
        String traceId,
        Instant occurredAt,
        String idempotencyKey,
        UUID tenantId,
        UUID postId,
        UUID channelId,
        Long groupedId,
        Long albumId,
        List<MediaFile> media,
        VisionResult vision,
        Boolean skipped,
        List<SkipReason> skipReasons,
        String visionVersion,
        String featuresHash,
        Integer analysisDurationMs)
        implements PostEvent {

    @Override
    public StageOutcome outcome() {
        return new StageOutcome(
                Boolean.TRUE.equals(skipped) ? StageOutcome.Kind.SKIPPED : StageOutcome.Kind.DONE,
                skipReasons == null || skipReasons.isEmpty()
                        ? null
                        : skipReasons.get(0).reason(),
                vision == null ? null : vision.provider(),
                vision == null ? null : vision.model());
    }
}
