package routes.posts;

import java.time.Duration;

/**
 * @param timeToLive after which posts expire, counted from the later of posting and saving, so that an old export does not
 *     expire while it is imported; zero: never ({@code POST_TTL_DAYS}, 90 days)
 * @param transactionTimeout whole seconds, after which a batch is rolled back
 * @param mediaBucket the object store's bucket that media keys belong to
 */
public record PostStoreSettings(Duration timeToLive, Duration transactionTimeout, String mediaBucket) {
    public PostStoreSettings {
        if (timeToLive.isNegative()) {
            throw new IllegalArgumentException(
                    "The time to live of posts is zero (never) or positive, not " + timeToLive);
        }
        if (transactionTimeout.toSeconds() < 1) {
            throw new IllegalArgumentException(
                    "The time-out of a transaction is at least 1 s, not " + transactionTimeout);
        }
    }
}
