package routes.vectorindex;

/** The server of the index cannot be used now. No post is the cause, so the call can be repeated unchanged. */
public class VectorIndexUnavailableException extends VectorIndexException {
    private static final long serialVersionUID = 1L;

    public VectorIndexUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
