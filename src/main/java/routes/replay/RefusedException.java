package routes.replay;

/** An operation that was refused. Nothing has changed. */
public final class RefusedException extends RuntimeException {

    public enum Reason {
        /** The target does not exist. */
        UNKNOWN,
        /** An argument is invalid. */
        INVALID,
        /** The state differs from what the operator expected. */
        CONFLICT,
        /** This process lacks a required part. */
        NOT_HERE
    }

    private final Reason reason;
    private final String field;

    /** @param field the invalid argument; null for none */
    RefusedException(Reason reason, String field, String message) {
        super(message);
        this.reason = reason;
        this.field = field;
    }

    static RefusedException unknown(String field, String message) {
        return new RefusedException(Reason.UNKNOWN, field, message);
    }

    static RefusedException invalid(String field, String message) {
        return new RefusedException(Reason.INVALID, field, message);
    }

    static RefusedException conflict(String field, String message) {
        return new RefusedException(Reason.CONFLICT, field, message);
    }

    static RefusedException noPipeline() {
        return new RefusedException(Reason.NOT_HERE, null, "This process does not run the pipeline");
    }

    public Reason reason() {
        return reason;
    }

    /** Returns the invalid argument; null for none. */
    public String field() {
        return field;
    }
}
