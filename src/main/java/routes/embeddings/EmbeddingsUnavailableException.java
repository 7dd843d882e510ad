package routes.embeddings;

/** A model currently returns no vectors. The message contains the reason. */
public class EmbeddingsUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EmbeddingsUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
