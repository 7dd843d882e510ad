package routes.tagging;

/** A whole pass through the providers gave no usable tags. */
public class TaggingFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TaggingFailedException(String message) {
        super(message);
    }
}
