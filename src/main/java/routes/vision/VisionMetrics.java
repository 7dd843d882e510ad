package routes.vision;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import org.springframework.stereotype.Component;

/** The metrics of the stage {@code vision}. */
@Component
class VisionMetrics {
    private static final String DECISIONS = "vision.policy.decisions";
    private static final String BLOCKS = "vision.budget.gate.blocks";
    private static final String DURATION = "vision.analysis.duration";
    private static final String MEDIA = "media.processing";

    /** Reasons why a picture is not analysed. */
    static final List<String> SKIPS = List.of(
            "type",
            "size",
            "small",
            "channel",
            "per_post",
            "too_many_pixels",
            "corrupt",
            "unknown_format",
            "missing",
            "analysis_failed");

    private final MeterRegistry registry;

    VisionMetrics(MeterRegistry registry) {
        this.registry = registry;
        SKIPS.forEach(reason -> registry.counter(DECISIONS, "decision", "skip", "reason", reason));
        decision("allow", "policy", 0);
        decision("ocr", "policy", 0);
        decision("ocr", "budget", 0);
        decision("ocr", "no_models", 0);
        decision("reuse", "analyzed", 0);
        registry.counter(BLOCKS, "reason", "daily_limit");
        for (String media : List.of("photo", "video", "doc")) {
            List.of("success", "skipped", "failed").forEach(outcome -> media(media, outcome, 0));
        }
    }

    void decision(String decision, String reason, int times) {
        registry.counter(DECISIONS, "decision", decision, "reason", reason).increment(times);
    }

    void blocked() {
        registry.counter(BLOCKS, "reason", "daily_limit").increment();
    }

    /** @param media photo, video, album or doc */
    void media(String media, String outcome, int times) {
        registry.counter(MEDIA, "stage", "vision", "media", media, "outcome", outcome)
                .increment(times);
    }

    void analyzed(String provider, boolean hasOcr, Duration duration) {
        Timer.builder(DURATION)
                .tag("provider", provider)
                .tag("has_ocr", Boolean.toString(hasOcr))
                .register(registry)
                .record(duration);
    }
}
