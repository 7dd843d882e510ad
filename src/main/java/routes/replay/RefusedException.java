package routes.replay;

/** An operation that cannot be done as it was asked for; nothing has changed. */
public final class RefusedException extends RuntimeException {

    /** Why. */
    public enum Reason {
        /** What it is about does not exist. */
        UNKNOWN,
        /** An argument cannot be used. */
        INVALID,
        /** The state is not the one that the operator expected. */
        CONFLICT,
        /** This process does not have what it needs. */
        NOT_HERE
    }

    private final Reason reason;
    private final String field;

    /** @param field the argument that is wrong; null for none */
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

    /** The argument that is wrong; null for none. */
    public String field() {
        return field;
    }
}
