package routes.vectorindex;

import java.util.UUID;

/**
 * A found post.
 *
 * @param score cosine similarity (-1 to 1) of a vector search, BM25 score (0 and up) of a text search; comparable within
 *     one answer only
 * @param text the indexed text, for snippets
 */
public record SearchHit(PostPayload payload, double score, String text) {

    public UUID postId() {
        return payload.postId();
    }
}
