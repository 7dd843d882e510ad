package routes.posts;

import java.util.UUID;

/** A stage was faster than the transaction that writes the post's row. Transient: a retry of the same entry succeeds a moment later. */
public class PostNotThereYetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PostNotThereYetException(UUID postId) {
        super("Post " + postId + " is not stored yet; it is retried");
    }
}
