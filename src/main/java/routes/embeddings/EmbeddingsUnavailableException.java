package routes.embeddings;

/** A model gives no vectors now. The message says why. */
public class EmbeddingsUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EmbeddingsUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
