package routes.vectorindex;

/** An index operation failed; the message says what failed, where, and what to do. */
public class VectorIndexException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public VectorIndexException(String message) {
        super(message);
    }

    public VectorIndexException(String message, Throwable cause) {
        super(message, cause);
    }
}
