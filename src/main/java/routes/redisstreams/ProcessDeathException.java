package routes.redisstreams;

/** Cause of a dead letter without an observed failure: processes died while processing the entry. */
public class ProcessDeathException extends RuntimeException {
    ProcessDeathException(String entryId) {
        super("The process died while it processed only the entry " + entryId
                + ". The entry had been pending at several earlier crashes of its consumers");
    }
}
