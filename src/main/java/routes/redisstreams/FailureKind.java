package routes.redisstreams;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.util.Locale;
import org.apache.camel.Exchange;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the failure of an exchange from a stream is handled. */
public enum FailureKind {
    /** The entry is redelivered after a backoff and becomes a dead letter after the last delivery. */
    COUNTED,
    /** Retrying cannot help: the entry becomes a dead letter immediately. */
    PERMANENT,
    /** Not caused by the entry (a resource that it needs is currently in use): redelivered without counting. */
    UNCOUNTED,
    /** A service that all entries need is unavailable: redelivered without counting, one entry at a time until one succeeds. */
    UNAVAILABLE;

    /** Marks an exception that retrying cannot fix; see {@link #PERMANENT}. */
    public interface PermanentFailure {}

    /** Marks an exception that is not caused by the entry; see {@link #UNCOUNTED}. */
    public interface UncountedFailure {}

    /** Marks an exception caused by an unavailable service that all entries need; see {@link #UNAVAILABLE}. */
    public interface UnavailableFailure {}

    /** Returns whether a single entry of a batch may have caused the failure, so that the other entries need not fail too. */
    boolean isOfOneEntry() {
        return this == COUNTED || this == PERMANENT;
    }

    private static final Logger LOG = LoggerFactory.getLogger(FailureKind.class);

    /**
     * Returns the kind of an exchange's failure. The exchange property {@link RedisStreamsConstants#FAILURE} takes precedence. Next comes
     * the outermost {@link PermanentFailure}, {@link UncountedFailure}, {@link UnavailableFailure} or unanswered Redis command ({@link
     * #UNCOUNTED}) among the exception and its causes. The default is {@link #COUNTED}. An invalid property is logged and means {@link
     * #COUNTED}.
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
        // from the root cause to the exception itself: the outermost match wins
        for (Throwable cause : ObjectHelper.createExceptionIterable(failure)) {
            if (cause instanceof PermanentFailure) {
                kind = PERMANENT;
            } else if (cause instanceof UnavailableFailure) {
                kind = UNAVAILABLE;
            } else if (cause instanceof UncountedFailure || redisDidNotAnswer(cause)) {
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
                    "The exchange property {} is {}, but must be one of {}. The failure is counted",
                    RedisStreamsConstants.FAILURE,
                    name,
                    values());
            return COUNTED;
        }
    }

    private static boolean redisDidNotAnswer(Throwable cause) {
        return cause instanceof RedisException && !(cause instanceof RedisCommandExecutionException);
    }
}
