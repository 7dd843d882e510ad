package routes.graph;

/**
 * The server of the graph cannot be used now. No post is the cause, so the write can be repeated unchanged. The message says which
 * server, why, and what to do.
 */
public class GraphUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public GraphUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
