package routes.idempotency;

import java.time.Duration;

/**
 * Options of a {@link RedisIdempotentRepository}.
 *
 * @param keyPrefix prefix of the repository's Redis keys, used by no other keys; ends with a colon
 * @param timeToLive how long a done key is kept
 * @param lease how long a key in progress stays leased after its process has died. Exchanges from a stream renew their leases while they
 *     run; the lease must be longer than other exchanges take
 * @param instance name of this process, for exchanges that did not come from a stream
 * @param cacheSize how many done keys this process caches, for at most 24 hours; 0 for none
 * @param timeout how long to wait for a reply from Redis
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
