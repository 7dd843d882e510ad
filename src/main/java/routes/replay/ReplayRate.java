package routes.replay;

import io.github.bucket4j.Bucket;
import java.time.Duration;
import org.springframework.stereotype.Component;

/** Limits the rate at which this process replays entries, so that a replay does not delay new entries. */
@Component
class ReplayRate {
    private final Bucket bucket;

    ReplayRate(ReplayProperties properties) {
        bucket = Bucket.builder()
                .addLimit(limit -> limit.capacity(Math.max(1, properties.rate() / 10))
                        .refillGreedy(properties.rate(), Duration.ofSeconds(1)))
                .build();
    }

    /** Waits until another entry may be published. */
    void await() {
        try {
            bucket.asBlocking().consume(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(
                    "Interrupted before all entries were published; call again to publish the rest", e);
        }
    }
}
