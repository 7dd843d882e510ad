package routes.tagging;

import java.util.UUID;

/** A pass failed and another one is due: the entry must be delivered again later. */
public class TaggingRetryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TaggingRetryException(UUID postId, int attempts, int maxAttempts, Exception cause) {
        super(
                "Pass " + attempts + " of " + maxAttempts + " to tag post " + postId + " failed: " + cause.getMessage(),
                cause);
    }
}
