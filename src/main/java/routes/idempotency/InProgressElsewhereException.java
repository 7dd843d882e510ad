package routes.idempotency;

import routes.redisstreams.FailureKind.UncountedFailure;

/** Another consumer is processing the same key: retry later. Not the entry's fault, so it is not counted. */
public class InProgressElsewhereException extends RuntimeException implements UncountedFailure {
    private static final long serialVersionUID = 1L;

    public InProgressElsewhereException(String key) {
        super("Another consumer holds the lease of the key " + key);
    }
}
