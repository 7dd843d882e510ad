package routes.tagging;

import java.time.Instant;

/** The quotas of all providers are exhausted: nothing can be tagged until the first one is renewed. */
public class TaggingWaitException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TaggingWaitException(Instant until, Exception cause) {
        super("Tagging waits until " + until + ": " + cause.getMessage(), cause);
    }
}
