package routes.redisstreams;

import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tracks whether Redis is available to a part of this component; logs one line per change. */
final class ServerState {
    private static final Logger LOG = LoggerFactory.getLogger(ServerState.class);

    private final String who;
    private String problem;
    private long sinceNanos;

    ServerState(String who) {
        this.who = who;
    }

    synchronized void up() {
        if (problem != null) {
            problem = null;
            LOG.info("{}: Redis is available again after {} ms", who, (System.nanoTime() - sinceNanos) / 1_000_000);
        }
    }

    /** @param cause why Redis is unavailable; only the first of consecutive causes is logged */
    synchronized void down(Throwable cause) {
        if (problem == null) {
            sinceNanos = System.nanoTime();
            LOG.warn("{}: Redis is unavailable ({}). No data is lost; retrying with back-off", who, reason(cause));
        }
        problem = reason(cause);
    }

    /** Returns why Redis is unavailable; null while it is available. */
    synchronized String problem() {
        return problem;
    }

    /** Returns the first line of the deepest cause that has a message. */
    static String reason(Throwable cause) {
        for (Throwable next : ObjectHelper.createExceptionIterable(cause)) {
            if (next.getMessage() != null) {
                return next.getMessage().lines().findFirst().orElse("");
            }
        }
        return cause.getClass().getSimpleName();
    }
}
