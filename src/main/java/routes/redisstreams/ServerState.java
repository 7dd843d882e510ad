package routes.redisstreams;

import java.time.Duration;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether Redis serves a part of this component; writes one line to the log for each change. */
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
            LOG.info("{}: Redis serves again after {} ms", who, elapsed().toMillis());
        }
    }

    /** @param cause why Redis did not serve; the first of a row is logged */
    synchronized void down(Throwable cause) {
        if (problem == null) {
            sinceNanos = System.nanoTime();
            LOG.warn("{}: Redis does not serve ({}). Nothing is lost; trying again with back-off", who, reason(cause));
        }
        problem = reason(cause);
    }

    /** Why Redis does not serve; null while it does. */
    synchronized String problem() {
        return problem;
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - sinceNanos);
    }

    private static String reason(Throwable cause) {
        // the deepest cause that says something
        for (Throwable next : ObjectHelper.createExceptionIterable(cause)) {
            if (next.getMessage() != null) {
                return next.getMessage();
            }
        }
        return cause.getClass().getSimpleName();
    }
}
