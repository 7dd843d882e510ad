package routes.vectorindex;

import java.time.Instant;
import java.util.UUID;

/**
 * A found post, with the fields that sort hits and group albums. {@link VectorIndex#read} returns the rest.
 *
 * @param score cosine similarity (-1 to 1) of a vector search, BM25 score (0 and up) of a text search; comparable only within
 *     one result
 * @param albumId null for a post without album
 */
public record SearchHit(UUID postId, double score, Instant postedAt, long postNumber, Long albumId) {

    public SearchHit withScore(double other) {
        return new SearchHit(postId, other, postedAt, postNumber, albumId);
    }
}
