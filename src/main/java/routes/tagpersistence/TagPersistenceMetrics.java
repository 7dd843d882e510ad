package routes.tagpersistence;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/**
 * Counters of tag persistence; every series exists from the start. The stream listener counts failed deliveries, since it knows
 * whether they are retried.
 */
@Component
class TagPersistenceMetrics {
    private final Map<String, Counter> persisted;
    private final Counter conflicts;
    private final Timer latency;

    TagPersistenceMetrics(MeterRegistry registry) {
        persisted = Stream.of("success", "skipped", "retrying", "failed")
                .collect(Collectors.toMap(
                        status -> status, status -> registry.counter("tags.persisted", "status", status)));
        conflicts = registry.counter("tags.persist.conflicts");
        latency = Timer.builder("tags.persist.latency")
                .publishPercentileHistogram()
                .register(registry);
    }

    Timer latency() {
        return latency;
    }

    void success() {
        persisted.get("success").increment();
    }

    void skipped() {
        persisted.get("skipped").increment();
    }

    void conflict() {
        conflicts.increment();
    }
}
