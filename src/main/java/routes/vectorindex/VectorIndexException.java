package routes.vectorindex;

/** An index operation failed. The message states the operation, the index and the remedy. */
public class VectorIndexException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public VectorIndexException(String message) {
        super(message);
    }

    public VectorIndexException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Returns the message for an index whose vectors cannot be compared with those of the provider. */
    public static String otherVectors(String index, String stored, String provided) {
        return "The vector index " + index + " contains vectors of " + stored
                + ", but the embedding provider creates vectors of "
                + provided
                + ". Start once with --reindex to rebuild the index, or configure the provider that it was built with.";
    }
}
