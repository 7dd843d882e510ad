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

    /** The index contains vectors of a different length than the embedding provider produces. */
    public static VectorIndexException dimensions(String index, int stored, int provided) {
        return new VectorIndexException("The vector index " + index + " holds vectors of " + stored
                + " dimensions but the embedding provider makes vectors of " + provided
                + ". Start once with --reindex to build the index again, or configure the provider it was built with.");
    }
}
