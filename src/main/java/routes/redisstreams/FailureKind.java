package routes.redisstreams;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.util.Locale;
import org.apache.camel.Exchange;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the failure of an exchange that came from a stream is to be taken. */
public enum FailureKind {
    /** The entry is delivered again after a back-off, and becomes a dead letter after the last delivery. */
    COUNTED,
    /** No repetition can help: the entry becomes a dead letter at once. */
    PERMANENT,
    /** Not the fault of the entry (what it needs is taken at the moment): delivered again without counting. */
    UNCOUNTED,
    /**
     * Something that all entries need is away: delivered again without counting, and until an entry gets through, one at a
     * time.
     */
    UNAVAILABLE;

    /** Whether one entry of a batch may have caused it, so that the others need not share it. */
    boolean isOfOneEntry() {
        return this == COUNTED || this == PERMANENT;
    }

    private static final Logger LOG = LoggerFactory.getLogger(FailureKind.class);

    /**
     * The kind of an exchange's failure: what the exchange property {@link RedisStreamsConstants#FAILURE} says, else what
     * the first {@link PermanentFailure}, {@link UncountedFailure} or {@link UnavailableFailure} among the exception and its
     * causes says, else {@link #UNCOUNTED} if Redis did not answer, else {@link #COUNTED}. A property that says something
     * else is logged and counts.
     */
    public static FailureKind of(Exchange exchange, Throwable failure) {
        Object marked = exchange.getProperty(RedisStreamsConstants.FAILURE);
        if (marked instanceof FailureKind kind) {
            return kind;
        }
        if (marked != null) {
            return named(marked.toString().trim());
        }
        FailureKind kind = COUNTED;
        // from the last cause to the exception itself, which knows best
        for (Throwable cause : ObjectHelper.createExceptionIterable(failure)) {
            if (cause instanceof PermanentFailure) {
                kind = PERMANENT;
            } else if (cause instanceof UnavailableFailure) {
                kind = UNAVAILABLE;
            } else if (cause instanceof UncountedFailure || isRedisAway(cause)) {
                kind = UNCOUNTED;
            }
        }
        return kind;
    }

    private static FailureKind named(String name) {
        try {
            return valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            LOG.warn(
                    "The exchange property {} is {}; it must be one of {}. The failure is counted",
                    RedisStreamsConstants.FAILURE,
                    name,
                    values());
            return COUNTED;
        }
    }

    private static boolean isRedisAway(Throwable cause) {
        return cause instanceof RedisException && !(cause instanceof RedisCommandExecutionException);
    }
}
