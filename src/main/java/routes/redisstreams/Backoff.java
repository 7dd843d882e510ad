package routes.redisstreams;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Exponential backoff with jitter: the n-th delay is 50% to 100% of min(max, initial × 2^(n-1)). */
record Backoff(Duration initial, Duration max) {

    /** @param failures consecutive failed attempts, at least 1 */
    Duration delay(int failures) {
        double whole = Math.min((double) max.toNanos(), initial.toNanos() * Math.pow(2, failures - 1.0));
        return Duration.ofNanos(
                (long) (whole * (0.5 + ThreadLocalRandom.current().nextDouble(0.5))));
    }
}
