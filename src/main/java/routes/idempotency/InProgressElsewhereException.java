package routes.idempotency;

import routes.redisstreams.UncountedFailure;

/** Someone else is at work on the same thing: try again later. Not the fault of the entry, so it does not count. */
public class InProgressElsewhereException extends RuntimeException implements UncountedFailure {
    private static final long serialVersionUID = 1L;

    public InProgressElsewhereException(String key) {
        super("Another consumer holds the lease of the key " + key);
    }
}
