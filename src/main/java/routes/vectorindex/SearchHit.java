package routes.vectorindex;

import java.time.Instant;
import java.util.UUID;

/**
 * A found post: what orders hits and brings albums together. {@link VectorIndex#read} gives the rest of it.
 *
 * @param score cosine similarity (-1 to 1) of a vector search, BM25 score (0 and up) of a text search; comparable within
 *     one answer only
 * @param albumId null for a post without album
 */
public record SearchHit(UUID postId, double score, Instant postedAt, long postNumber, Long albumId) {

    public SearchHit withScore(double other) {
        return new SearchHit(postId, other, postedAt, postNumber, albumId);
    }
}
