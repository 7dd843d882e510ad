package routes.operations;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.spi.ExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.stereotype.Component;

/** Logs failures of polling routes; a failure that repeats on every poll is logged once a minute. */
@Component("pollErrors")
class PollErrors implements ExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(PollErrors.class);
    private static final Duration REPEAT = Duration.ofMinutes(1);

    /** The kinds of failures logged within the last minute. */
    private final Cache<String, Boolean> logged =
            Caffeine.newBuilder().expireAfterWrite(REPEAT).build();

    @Override
    public void handleException(Throwable exception) {
        handleException("A poll failed", null, exception);
    }

    @Override
    public void handleException(String message, Throwable exception) {
        handleException(message, null, exception);
    }

    @Override
    public void handleException(String message, Exchange exchange, Throwable exception) {
        Throwable root = NestedExceptionUtils.getMostSpecificCause(exception);
        String what = root.getClass().getSimpleName();
        if (logged.asMap().putIfAbsent(what, true) != null) {
            LOG.debug("{} again", message, exception);
            return;
        }
        String route = exchange == null ? "a route" : exchange.getFromRouteId();
        LOG.warn("{} in {}: {}: {}. Retrying", message, route, what, root.getMessage());
    }
}
