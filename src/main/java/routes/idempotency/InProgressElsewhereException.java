package routes.idempotency;

import routes.redisstreams.FailureKind.UncountedFailure;

/** Something that the entry needs is in use by another consumer: retry later. Not the entry's fault, so it is not counted. */
public class InProgressElsewhereException extends RuntimeException implements UncountedFailure {
    /** @param what a key, or what else is in use */
    public InProgressElsewhereException(String what) {
        super("Another consumer is processing " + what);
    }
}
