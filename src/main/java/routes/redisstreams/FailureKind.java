package routes.redisstreams;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.util.Locale;
import org.apache.camel.Exchange;
import org.apache.camel.util.ObjectHelper;

/** How the failure of an exchange that came from a stream is to be taken. */
public enum FailureKind {
    /** The entry is delivered again after a back-off, and becomes a dead letter after the last delivery. */
    COUNTED,
    /** No repetition can help: the entry becomes a dead letter at once. */
    PERMANENT,
    /** Not the fault of the entry (something it depends on is away or taken): delivered again without counting. */
    UNCOUNTED;

    /**
     * The kind of an exchange's failure: what the exchange property {@link RedisStreamsConstants#FAILURE} says, else what
     * the first {@link PermanentFailure} or {@link UncountedFailure} among the exception and its causes says, else
     * {@link #UNCOUNTED} if Redis did not answer, else {@link #COUNTED}.
     *
     * @throws IllegalArgumentException if the property holds something else than the name of a kind
     */
    public static FailureKind of(Exchange exchange, Throwable failure) {
        Object marked = exchange.getProperty(RedisStreamsConstants.FAILURE);
        if (marked instanceof FailureKind kind) {
            return kind;
        }
        if (marked != null) {
            return valueOf(marked.toString().trim().toUpperCase(Locale.ROOT));
        }
        FailureKind kind = COUNTED;
        // from the last cause to the exception itself, which knows best
        for (Throwable cause : ObjectHelper.createExceptionIterable(failure)) {
            if (cause instanceof PermanentFailure) {
                kind = PERMANENT;
            } else if (cause instanceof UncountedFailure || isRedisAway(cause)) {
                kind = UNCOUNTED;
            }
        }
        return kind;
    }

    private static boolean isRedisAway(Throwable cause) {
        return cause instanceof RedisException && !(cause instanceof RedisCommandExecutionException);
    }
}
