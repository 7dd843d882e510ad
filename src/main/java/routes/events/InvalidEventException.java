package routes.events;

/**
 * An entry of a stream that is no event: no other attempt will make it one, so it belongs to the dead letters at once.
 * The message names the stream, the violated JSON path and what is wrong; it never holds the entry.
 */
public class InvalidEventException extends RuntimeException {

    private static final int MAX_LENGTH = 500;

    public InvalidEventException(String stream, String problem) {
        super(bounded(stream + ": " + problem));
    }

    public InvalidEventException(String stream, String problem, Throwable cause) {
        this(stream, problem);
        // not the cause: dead letters tell the innermost one, and this message says more than a parser's
        addSuppressed(cause);
    }

    private static String bounded(String message) {
        return message.length() <= MAX_LENGTH ? message : message.substring(0, MAX_LENGTH - 1) + "…";
    }
}
