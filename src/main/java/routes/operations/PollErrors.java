package routes.operations;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.apache.camel.Exchange;
import org.apache.camel.spi.ExceptionHandler;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Logs failures of polling routes; a failure that repeats on every poll is logged once a minute. */
@Component("pollErrors")
class PollErrors implements ExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(PollErrors.class);
    private static final Duration REPEAT = Duration.ofMinutes(1);

    private final Clock clock;
    private String last = "";
    private Instant lastLogged = Instant.MIN;

    PollErrors(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void handleException(Throwable exception) {
        handleException("A poll failed", null, exception);
    }

    @Override
    public void handleException(String message, Throwable exception) {
        handleException(message, null, exception);
    }

    @Override
    public synchronized void handleException(String message, Exchange exchange, Throwable exception) {
        Throwable root =
                ObjectHelper.createExceptionIterable(exception).iterator().next();
        String what = root.getClass().getSimpleName();
        Instant now = clock.instant();
        if (what.equals(last) && now.isBefore(lastLogged.plus(REPEAT))) {
            LOG.debug("{} again", message, exception);
            return;
        }
        last = what;
        lastLogged = now;
        String route = exchange == null ? "a route" : exchange.getFromRouteId();
        LOG.warn("{} in {}: {}: {}. It is tried again", message, route, what, root.getMessage());
    }
}
