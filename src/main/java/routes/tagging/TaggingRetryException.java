package routes.tagging;

/** No provider gave tags for a post: its entry must be delivered again later. */
class TaggingRetryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TaggingRetryException(String message, Exception cause) {
        super(message + ": " + cause.getMessage(), cause);
    }
}
