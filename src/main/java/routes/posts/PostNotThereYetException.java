package routes.posts;

import java.util.UUID;

/** A stage ran before the transaction that writes the post's row was committed. A retry of the entry succeeds shortly after. */
public class PostNotThereYetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PostNotThereYetException(UUID postId) {
        super("Post " + postId + " is not stored yet; it is retried");
    }
}
