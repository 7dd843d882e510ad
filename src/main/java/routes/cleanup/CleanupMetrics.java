package routes.cleanup;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** Counter of the clean-up stage; every series exists from the start. */
@Component
class CleanupMetrics {
    private final Map<String, Counter> processed;

    CleanupMetrics(MeterRegistry registry) {
        processed = Stream.of("success", "skipped", "retrying", "failed")
                .collect(Collectors.toMap(
                        status -> status, status -> registry.counter("cleanup.processed", "status", status)));
    }

    void processed(String status) {
        processed.get(status).increment();
    }
}
