package routes.search;

import java.util.UUID;
import routes.vectorindex.PostPayload;

/**
 * A found post.
 *
 * @param score sum of reciprocal ranks, comparable within one answer only
 * @param snippet plain text around the best match, at most {@value Snippets#MAX_LENGTH} characters and ellipses
 * @param text everything indexed for the post, for answers that quote it
 */
public record PostHit(PostPayload payload, double score, String snippet, String text) {

    public UUID postId() {
        return payload.postId();
    }
}
