package routes.search;

import java.util.UUID;
import routes.vectorindex.PostPayload;

/**
 * A found post.
 *
 * @param score sum of reciprocal ranks, comparable within one answer only
 * @param text everything indexed for the post, for answers that quote it
 */
public record PostHit(PostPayload payload, double score, String text) {

    public UUID postId() {
        return payload.postId();
    }
}
