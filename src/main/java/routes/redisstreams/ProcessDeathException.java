package routes.redisstreams;

/** Why an entry became a dead letter that was never seen to fail: processes died while they processed it. */
public class ProcessDeathException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ProcessDeathException(String entryId) {
        super("The process died while it processed nothing but the entry " + entryId
                + ", after it had been pending at several deaths of its consumers");
    }
}
