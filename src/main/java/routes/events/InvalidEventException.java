package routes.events;

/**
 * A stream entry that is not an event. Retrying cannot help, so it should become a dead letter immediately. The message contains the
 * stream, the violated JSON path and the error, but never the entry.
 */
public class InvalidEventException extends RuntimeException {

    private static final int MAX_LENGTH = 500;

    public InvalidEventException(String stream, String problem) {
        super(bounded(stream + ": " + problem));
    }

    public InvalidEventException(String stream, String problem, Throwable cause) {
        this(stream, problem);
        // not as the cause: dead letters report the root cause, and this message is more informative than that of a
        // parser
        addSuppressed(cause);
    }

    private static String bounded(String message) {
        return message.length() <= MAX_LENGTH ? message : message.substring(0, MAX_LENGTH - 1) + "…";
    }
}
