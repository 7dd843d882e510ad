package routes.ingest;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.util.List;
import org.springframework.stereotype.Component;
import routes.posts.Post.MediaKind;
import routes.posts.PostWriter.SavedBatch;

/** Metrics of ingest. All series are registered at startup with the value 0. */
@Component
public final class IngestMetrics {
    private static final double[] SIZE_BUCKETS = {51_200, 102_400, 512_000, 1_048_576, 5_242_880, 20_971_520};

    private final MeterRegistry registry;

    public IngestMetrics(MeterRegistry registry) {
        this.registry = registry;
        for (String media : List.of("photo", "video", "album", "doc")) {
            List.of("success", "skipped", "failed").forEach(outcome -> processed(media, outcome));
            bytes(media);
            sizes(media);
        }
        List.of("success", "skipped", "retrying", "failed").forEach(this::albums);
    }

    void stored(MediaKind kind, long bytes) {
        processed(label(kind), "success").increment();
        bytes(label(kind)).increment(bytes);
        sizes(label(kind)).record(bytes);
    }

    void skipped(MediaKind kind) {
        processed(label(kind), "skipped").increment();
    }

    void failed(MediaKind kind) {
        processed(label(kind), "failed").increment();
    }

    void saved(SavedBatch batch) {
        int albums = batch.albumsCreated() + batch.albumsChanged();
        List.of(albums("success"), processed("album", "success")).forEach(counter -> counter.increment(albums));
        List.of(albums("skipped"), processed("album", "skipped"))
                .forEach(counter -> counter.increment(batch.albumsUnchanged()));
    }

    private Counter processed(String media, String outcome) {
        return registry.counter("media.processing", "stage", "ingest", "media", media, "outcome", outcome);
    }

    private Counter bytes(String media) {
        return registry.counter("media.bytes", "media", media);
    }

    private DistributionSummary sizes(String media) {
        return DistributionSummary.builder("media.size")
                .baseUnit(BaseUnits.BYTES)
                .tag("media", media)
                .serviceLevelObjectives(SIZE_BUCKETS)
                .register(registry);
    }

    private Counter albums(String status) {
        return registry.counter("albums_parsed", "status", status);
    }

    private static String label(MediaKind kind) {
        return kind == MediaKind.DOCUMENT ? "doc" : kind.text();
    }
}
