package routes.vectorindex;

/** The index contains vectors of a different length than the embedding provider produces. */
public final class DimensionMismatchException extends VectorIndexException {
    private static final long serialVersionUID = 1L;

    public DimensionMismatchException(String index, int stored, int provided) {
        super("The vector index " + index + " holds vectors of " + stored
                + " dimensions but the embedding provider makes vectors of " + provided
                + ". Start once with --reindex to build the index again, or configure the provider it was built with.");
    }
}
