package routes.graph;

/**
 * The graph server is currently unavailable. The cause is not a post, so the write can be repeated unchanged. The message contains the
 * server, the reason and the remedy.
 */
public class GraphUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public GraphUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
