package routes.events;

import java.time.Instant;
import java.util.List;

/** What a vision provider said about the media of a post. */
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
