package routes.vectorindex;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The searchable copy of the posts: vectors, full text and payload. PostgreSQL is the source of truth; the index can be rebuilt
 * from it. Safe for concurrent use by several threads and, if the store allows it, processes.
 *
 * <p>Every method throws {@link VectorIndexException} if the store fails; a failed write may or may not have happened and can be
 * repeated unchanged.
 */
public interface VectorIndex extends AutoCloseable {

    /**
     * Writes the points and returns when they are durable and visible to the next search. A point whose revision is lower than the
     * stored one is not written; an equal revision is written again.
     *
     * @return one result per point, in order: {@code WRITTEN} or {@code STALE}
     */
    List<WriteResult> upsertAll(List<IndexedPoint> points);

    /** {@link #upsertAll} for one point. */
    default WriteResult upsert(IndexedPoint point) {
        return upsertAll(List.of(point)).get(0);
    }

    /**
     * Replaces payloads and keeps vectors and texts, provided that the stored points were made from the same texts.
     *
     * @return one result per update, in order: {@code WRITTEN}, {@code STALE} or {@code TEXT_DIFFERS}
     */
    List<WriteResult> updatePayloads(List<PayloadUpdate> updates);

    /** {@link #updatePayloads} for one post. */
    default WriteResult updatePayload(PostPayload payload, long indexRevision, String textHash) {
        return updatePayloads(List.of(new PayloadUpdate(payload, indexRevision, textHash)))
                .get(0);
    }

    /** Removes the posts; returns when the removal is durable and visible. Ignores unknown posts. */
    void delete(UUID tenantId, Collection<UUID> postIds);

    /** The stored state of those posts that the tenant has in the index. */
    Map<UUID, StoredPoint> find(UUID tenantId, Collection<UUID> postIds);

    /** {@link #find(UUID, Collection)} for one post. */
    default Optional<StoredPoint> find(UUID tenantId, UUID postId) {
        return Optional.ofNullable(find(tenantId, List.of(postId)).get(postId));
    }

    /** Nearest posts by cosine similarity, best first. Empty if the query has no vector. */
    List<SearchHit> vectorSearch(SearchQuery query);

    /**
     * Posts by BM25 over text and tags (Russian and English word forms), best first. Empty if the query contains no searchable
     * word.
     */
    List<SearchHit> textSearch(SearchQuery query);

    /** Those of the given posts that match the query's filters, in no particular order, with score 0. Ignores text and vector. */
    List<SearchHit> fetch(SearchQuery within, Collection<UUID> postIds);

    /** Payload and text of those posts that the tenant has in the index. */
    Map<UUID, IndexedPost> read(UUID tenantId, Collection<UUID> postIds);

    /** Number of posts of the tenant. */
    long count(UUID tenantId);

    /** Number of posts of all tenants. */
    long count();

    /** The name that {@link #identify} gave this index; empty for one created since. {@link #clear} keeps it. */
    Optional<String> identity();

    /** Names the index, so that the application detects at start whether an empty or a foreign one has replaced it. */
    void identify(String identity);

    /**
     * Must be called at start with the embedding provider's dimension.
     *
     * @throws DimensionMismatchException if the index contains vectors of another dimension
     */
    void checkDimension(int dimension);

    /** Removes every post of every tenant, and with them the dimension: the first step of a rebuild. */
    void clear();

    @Override
    void close();
}
