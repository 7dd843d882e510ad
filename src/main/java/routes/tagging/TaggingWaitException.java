package routes.tagging;

import java.time.Instant;

/** All providers have used up their quotas: nothing can be tagged before the first has its quota again. */
public class TaggingWaitException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TaggingWaitException(Instant until, Exception cause) {
        super("Tagging waits until " + until + ": " + cause.getMessage(), cause);
    }
}
