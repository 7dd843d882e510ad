package routes.idempotency;

import routes.redisstreams.FailureKind.UncountedFailure;

/**
 * A resource that the entry needs is in use by another consumer: retry later. The failure is not caused by the entry, so it is not
 * counted.
 */
public class InProgressElsewhereException extends RuntimeException implements UncountedFailure {
    /** @param what a key, or another resource in use */
    public InProgressElsewhereException(String what) {
        super("Another consumer is processing " + what);
    }
}
