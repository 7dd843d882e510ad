package routes.tagging;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Counters of the tagging stage; every series exists from the start. */
@Component
public class TaggingMetrics {

    /** Outcome of one delivery of a post. */
    public enum Status {
        SUCCESS,
        SKIPPED,
        RETRYING,
        FAILED
    }

    private final Map<Status, Counter> processed = new EnumMap<>(Status.class);
    private final Map<TagRules.Reason, Counter> rejected = new EnumMap<>(TagRules.Reason.class);

    TaggingMetrics(MeterRegistry registry) {
        Arrays.stream(Status.values())
                .forEach(
                        status -> processed.put(status, registry.counter("tagging.processed", "status", text(status))));
        Arrays.stream(TagRules.Reason.values())
                .forEach(reason ->
                        rejected.put(reason, registry.counter("tagging.tags.rejected", "reason", reason.label())));
    }

    void processed(Status status) {
        processed.get(status).increment();
    }

    void rejected(TagRules.Reason reason) {
        rejected.get(reason).increment();
    }

    private static String text(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
