package routes.events;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** posts.vision.analyzed: the vision result for the media of one post; one event per uploaded event, even if everything was skipped. */
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
    /** Result of a vision provider for the media of a post. */
    public record VisionResult(
            String provider,
            String model,
            VisionClassification classification,
            String description,
            String ocrText,
            Boolean isMeme,
            List<String> labels,
            List<String> objects,
            Integer tokensUsed,
            Instant analyzedAt) {}

    /** Kind of a picture (photo, meme, document, screenshot, infographic, other), and the confidence of the model, from 0 to 1. */
    public record VisionClassification(String type, Double confidence, List<String> tags) {}

    /** A file that vision did not analyse: its SHA-256 in hex, and the reason. */
    public record SkipReason(String sha256, String reason) {}

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
