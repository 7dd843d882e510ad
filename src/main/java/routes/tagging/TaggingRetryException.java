package routes.tagging;

/** No provider returned tags for a post. Its entry must be delivered again later. */
class TaggingRetryException extends RuntimeException {
    TaggingRetryException(String message, Exception cause) {
        super(message + ": " + cause.getMessage(), cause);
    }
}
