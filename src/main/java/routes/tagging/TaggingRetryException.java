package routes.tagging;

/** No provider gave tags for a post: its entry must be delivered again later. */
class TaggingRetryException extends RuntimeException {
    TaggingRetryException(String message, Exception cause) {
        super(message + ": " + cause.getMessage(), cause);
    }
}
