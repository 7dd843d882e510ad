package routes.vectorindex;

/** The index server is unavailable. The cause is not a post, so the call can be repeated unchanged. */
public class VectorIndexUnavailableException extends VectorIndexException {
    private static final long serialVersionUID = 1L;

    public VectorIndexUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
