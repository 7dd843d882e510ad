package routes.vectorindex;

import java.time.Instant;
import java.time.YearMonth;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * The searchable copy of the posts: vectors, full text and payload. PostgreSQL is the source of truth; the index can be rebuilt
 * from it. Safe for concurrent use by several threads and, if the store allows it, processes.
 *
 * <p>Every method throws {@link VectorIndexException} if the store fails. A failed write may or may not have been applied and can
 * be repeated unchanged.
 */
public interface VectorIndex extends AutoCloseable {

    /**
     * The stored properties of a post, besides its text and vector.
     *
     * @param postNumber the post's short number ({@code posts.number})
     * @param tags in their display form and in the provider's order
     * @param expiresAt time at which the post leaves the index; null for never
     * @param albumId {@code media_groups.id}; null for a post without album
     * @param textShort beginning of the post's own text
     * @param hasCrawl whether the text contains crawled pages
     * @param classification class of the picture (photo, meme, ...); null without vision
     * @param has filterable content types, such as {@code photo}; null in an older index
     */
    record PostPayload(
            UUID postId,
            UUID tenantId,
            UUID channelId,
            long postNumber,
            List<String> tags,
            Instant postedAt,
            Instant expiresAt,
            Long albumId,
            String textShort,
            boolean hasCrawl,
            String classification,
            boolean isMeme,
            Set<String> has) {
        public PostPayload {
            tags = List.copyOf(tags);
            // sorted, so that equal payloads have equal representations
            has = has == null ? Set.of() : Collections.unmodifiableSortedSet(new TreeSet<>(has));
            textShort = textShort == null ? "" : textShort;
        }
    }

    interface PostWrite {
        PostPayload payload();

        /** Increases with every composition of the post; an older revision never replaces a newer one. */
        long indexRevision();

        /**
         * Identifies the embedded text <em>and</em> the embedding model, so that a change of either changes the hash; opaque to the
         * index.
         */
        String textHash();
    }

    /**
     * One post to be indexed.
     *
     * @param vector of length 1 and of the collection's dimension; the zero vector means that the text has no vector and that only
     *     text search finds the post
     * @param text the whole text, for full-text search
     */
    // Components are passed, not copied: the vector is large and no caller keeps a reference to it.
    @SuppressWarnings("ArrayRecordComponent")
    record IndexedPoint(PostPayload payload, float[] vector, String text, long indexRevision, String textHash)
            implements PostWrite {}

    /**
     * A new payload for a post whose text has not changed.
     *
     * @param textHash hash of the text and model that the stored vector must have been made from
     */
    record PayloadUpdate(PostPayload payload, long indexRevision, String textHash) implements PostWrite {}

    /** Result of a write. A returned result is final and durable. */
    enum WriteResult {
        /** The point is stored as given. */
        WRITTEN,
        /** Nothing was changed, because the index contains a newer revision of the post. */
        STALE,
        /** Only from {@code updatePayloads}: the post is not in the index or was embedded from another text and must be upserted. */
        TEXT_DIFFERS
    }

    /** The stored state that determines whether the post must be embedded and written again. */
    record StoredPoint(long indexRevision, String textHash) {}

    /**
     * A post as stored in the index.
     *
     * @param text the indexed text, for snippets
     */
    record IndexedPost(PostPayload payload, String text) {}

    /**
     * A query and its filters.
     *
     * @param channelIds the channels to search; an empty set finds nothing
     * @param tags tags that posts must have, in any form ({@link routes.text.TagKey}); an empty set does not filter
     * @param has content types that posts must have ({@link PostPayload#has}); an empty set does not filter
     * @param from earliest {@code posted_at}, inclusive; null for no limit
     * @param to latest {@code posted_at}, exclusive; null for no limit
     * @param text words for full-text search; null for vector search only
     * @param phrases adjacent words that a post must contain in this order, in any form; null or empty for none
     * @param without words or phrases that a post must not contain, in any form; null or empty for none
     * @param asTyped whether unknown words are kept instead of being replaced by similar known ones
     * @param vector for vector search; null or the zero vector for text search only
     * @param limit 1 to {@value #MAX_LIMIT} hits
     */
    @SuppressWarnings("ArrayRecordComponent")
    record SearchQuery(
            UUID tenantId,
            Set<UUID> channelIds,
            Set<String> tags,
            Set<String> has,
            Instant from,
            Instant to,
            String text,
            List<String> phrases,
            List<String> without,
            boolean asTyped,
            float[] vector,
            int limit) {
        public static final int MAX_LIMIT = 1_000;

        /** Creates a query with text, a vector, or both, and no phrases or exclusions. */
        public SearchQuery(
                UUID tenantId,
                Set<UUID> channelIds,
                Set<String> tags,
                Set<String> has,
                Instant from,
                Instant to,
                String text,
                float[] vector,
                int limit) {
            this(tenantId, channelIds, tags, has, from, to, text, null, null, false, vector, limit);
        }

        public SearchQuery {
            channelIds = Set.copyOf(channelIds);
            tags = Set.copyOf(tags);
            has = Set.copyOf(has);
            phrases = phrases == null ? List.of() : List.copyOf(phrases);
            without = without == null ? List.of() : List.copyOf(without);
            if (limit < 1 || limit > MAX_LIMIT) {
                throw new IllegalArgumentException("limit must be 1 to " + MAX_LIMIT + ", not " + limit);
            }
        }
    }

    /**
     * A found post, with the fields for sorting and for grouping albums. {@link #read} returns the other fields.
     *
     * @param score cosine similarity (-1 to 1) of a vector search, sum of BM25 scores (0 and up) of a text search; comparable only
     *     within one result
     * @param albumId null for a post without album
     */
    record SearchHit(UUID postId, double score, Instant postedAt, long postNumber, Long albumId) {
        public SearchHit withScore(double other) {
            return new SearchHit(postId, other, postedAt, postNumber, albumId);
        }
    }

    /**
     * The result of a text search.
     *
     * @param replaced parts of the query, as typed, that no post of the tenant contains, and the words that were searched for
     *     instead; only words that occur in posts within the query's channels
     */
    record TextMatches(List<SearchHit> hits, Map<String, String> replaced) {}

    /**
     * Numbers of matching posts per channel, tag and month.
     *
     * @param tags in their most frequent forms, most frequent first
     * @param months by {@code posted_at} in UTC
     */
    record Facets(Map<UUID, Integer> channels, Map<String, Integer> tags, Map<YearMonth, Integer> months) {}

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
     * Replaces payloads and keeps vectors and texts, if the stored points were made from the same texts.
     *
     * @return one result per update, in order: {@code WRITTEN}, {@code STALE} or {@code TEXT_DIFFERS}
     */
    List<WriteResult> updatePayloads(List<PayloadUpdate> updates);

    /** Removes the posts and returns when the removal is durable and visible. Unknown posts are ignored. */
    void delete(UUID tenantId, Collection<UUID> postIds);

    /** Returns the stored state of those posts that the tenant has in the index. */
    Map<UUID, StoredPoint> find(UUID tenantId, Collection<UUID> postIds);

    /** {@link #find(UUID, Collection)} for one post. */
    default Optional<StoredPoint> find(UUID tenantId, UUID postId) {
        return Optional.ofNullable(find(tenantId, List.of(postId)).get(postId));
    }

    /** Returns the nearest posts by cosine similarity, best first. Empty if the query has no vector. */
    List<SearchHit> vectorSearch(SearchQuery query);

    /**
     * Finds posts by words in text and tags: word forms of Russian and English, words with the same beginning and, for unknown
     * words, the most probable corrections. Best first. Returns nothing for a query without words.
     */
    TextMatches match(SearchQuery query);

    /** Returns the hits of {@link #match}. */
    default List<SearchHit> textSearch(SearchQuery query) {
        return match(query).hits();
    }

    /** Returns posts that match the filters, phrases and exclusions of the query, newest first. Ignores text and vector. */
    List<SearchHit> newest(SearchQuery query);

    /**
     * Counts all posts that {@link #match} or, without words, {@link #newest} can find. Members of an album are counted
     * individually.
     *
     * @param most maximum number of tags to return
     */
    Facets facets(SearchQuery query, int most);

    /** Returns other posts with the most characteristic words of the given post, best first. Ignores text and vector of the query. */
    List<SearchHit> similar(SearchQuery within, UUID postId);

    /** Returns those of the given posts that match the filters of the query, unordered, with score 0. Ignores text and vector. */
    List<SearchHit> fetch(SearchQuery within, Collection<UUID> postIds);

    /** Returns payload and text of those posts that the tenant has in the index. */
    Map<UUID, IndexedPost> read(UUID tenantId, Collection<UUID> postIds);

    /** The collection name of the posts, for events. */
    default String collection() {
        return "telegram_posts";
    }

    /** Returns the number of posts of all tenants. */
    long count();

    /** Returns the name set by {@link #identify}; empty for an index created since. {@link #clear} keeps it. */
    Optional<String> identity();

    /**
     * Sets the name of the index. At startup, the application uses it to detect that another or an empty index has replaced this
     * one.
     */
    void identify(String identity);

    /**
     * Declares at startup which model creates the vectors. An index without posts accepts this. Otherwise, if the stored vectors
     * have another model or dimension, returns a description of the problem, and vector searches find nothing.
     *
     * @param model name of provider and model
     */
    Optional<String> expect(String model, int dimension);

    /** Removes all posts of all tenants and the dimension of the vectors. */
    void clear();

    /**
     * Returns the vector scaled to length 1; empty for no vector or the zero vector. The dot product of such vectors is the cosine.
     *
     * @throws IllegalArgumentException if a component is not a finite number
     */
    static Optional<float[]> unitVector(float[] vector) {
        double squares = 0;
        for (int i = 0; vector != null && i < vector.length; i++) {
            squares += (double) vector[i] * vector[i];
        }
        if (!Double.isFinite(squares)) {
            throw new IllegalArgumentException(
                    "The embedding provider returned a vector with a component that is not a number");
        }
        if (squares == 0) {
            return Optional.empty();
        }
        if (Math.abs(squares - 1) < 1e-3) { // tolerance for rounding errors of providers that return unit vectors
            return Optional.of(vector);
        }
        float[] unit = new float[vector.length];
        for (int i = 0; i < vector.length; i++) {
            unit[i] = (float) (vector[i] / Math.sqrt(squares));
        }
        return Optional.of(unit);
    }

    @Override
    void close();
}
