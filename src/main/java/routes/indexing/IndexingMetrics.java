package routes.indexing;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import routes.embeddings.EmbeddingProvider;

/**
 * Counters of the indexing stage; every series exists from the start. The stream listener counts failed deliveries, since it knows
 * whether they are retried.
 */
@Component
class IndexingMetrics {
    private final Map<String, Counter> processed;
    private final Timer embedding;

    IndexingMetrics(MeterRegistry registry, EmbeddingProvider provider) {
        processed = Stream.of("success", "skipped", "retrying", "failed")
                .collect(Collectors.toMap(
                        status -> status, status -> registry.counter("indexing.processed", "status", status)));
        embedding = Timer.builder("embedding.latency")
                .tags("provider", provider.provider(), "model", provider.model())
                .publishPercentileHistogram()
                .register(registry);
    }

    Timer embedding() {
        return embedding;
    }

    void processed(String status) {
        processed.get(status).increment();
    }
}
