package routes.redisstreams;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Exponential back-off with jitter: the n-th delay lies between half and whole of initial × 2^(n-1), at most max. */
record Backoff(Duration initial, Duration max) {

    /** @param failures how many attempts in a row have failed, from 1 */
    Duration delay(int failures) {
        double whole = Math.min((double) max.toNanos(), initial.toNanos() * Math.pow(2, failures - 1.0));
        return Duration.ofNanos(
                (long) (whole * (0.5 + ThreadLocalRandom.current().nextDouble(0.5))));
    }
}
