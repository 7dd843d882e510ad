package routes.idempotency;

import java.time.Duration;

/**
 * Options of a {@link RedisIdempotentRepository}.
 *
 * @param keyPrefix what the Redis keys of the repository begin with, and no others do; ends with a colon
 * @param timeToLive how long it is remembered that something was done
 * @param lease how long something in progress stays taken after its process died. Exchanges that came from a stream prolong
 *     their leases while they run; the lease must be longer than other exchanges take
 * @param instance name of this process, for exchanges that did not come from a stream
 * @param cacheSize how many keys that are done are remembered in this process, for at most 24 hours; 0 for none
 * @param timeout how long to wait for an answer of Redis
 */
public record RedisIdempotencyOptions(
        String keyPrefix, Duration timeToLive, Duration lease, String instance, int cacheSize, Duration timeout) {

    public RedisIdempotencyOptions {
        if (keyPrefix == null || keyPrefix.length() < 2 || !keyPrefix.endsWith(":")) {
            // clearing the repository removes every key with the prefix
            throw new IllegalArgumentException(
                    "keyPrefix is '" + keyPrefix + "'; it must be a name that ends with a colon");
        }
        if (timeToLive.toMillis() < 1 || lease.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "timeToLive is " + timeToLive + " and lease " + lease + "; both must be positive");
        }
    }
}
