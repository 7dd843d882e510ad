package routes.redisstreams;

/** Cause of a dead letter without an observed failure: processes died while they processed the entry. */
public class ProcessDeathException extends RuntimeException {
    ProcessDeathException(String entryId) {
        super("The process died while it processed nothing but the entry " + entryId
                + ", after it had been pending at several deaths of its consumers");
    }
}
