package routes.search;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import routes.embeddings.EmbeddingProvider;
import routes.graph.Graph;
import routes.graph.Graph.Neighbour;
import routes.text.TextAnalysis;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndex.IndexedPost;
import routes.vectorindex.VectorIndex.PostPayload;
import routes.vectorindex.VectorIndex.SearchHit;
import routes.vectorindex.VectorIndex.SearchQuery;

/**
 * Full-text search, vector search and graph neighbourhood, fused by reciprocal ranks. What a vector represents depends on the
 * embedding provider: a model encodes the meaning of a text, the local provider its words and their spelling.
 *
 * <p>A hit must match by words, have a vector score above the provider's {@link EmbeddingProvider#noiseFloor()}, or share at least
 * two tags with one of the best hits. Weaker matches are coincidence and are dropped, however few hits remain. A query without any
 * word, name or emoji finds nothing. If embeddings or graph fail, the other rankings still answer.
 */
@Component
public final class HybridSearch {
    private static final Logger LOG = LoggerFactory.getLogger(HybridSearch.class);

    /** Depth of each ranking for the first pages; fast enough that a reader does not notice. */
    private static final int FIRST_DEPTH = 150;

    /** Depth of each ranking for later pages and for the order by date. */
    public static final int DEPTH = SearchQuery.MAX_LIMIT;

    /** Best hits whose graph neighbourhood is searched. */
    private static final int SEEDS = 5;

    /** One shared tag means the same subject area, two mean the same subject. */
    private static final int MIN_SHARED_TAGS = 2;

    /**
     * Reciprocal rank fusion merges rankings whose scores are not comparable: each gives a post 1 / (60 + rank). The constant is from
     * Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods", SIGIR 2009.
     * It keeps the first ranks of one list from outweighing agreement between lists.
     */
    private static final double RANK_CONSTANT = 60;

    private static final Comparator<SearchHit> NEWEST_FIRST = Comparator.comparing(
                    SearchHit::postedAt, Comparator.reverseOrder())
            .thenComparing(SearchHit::postNumber, Comparator.reverseOrder());

    private static final Comparator<SearchHit> BEST_FIRST = Comparator.comparingDouble(SearchHit::score)
            .thenComparing(SearchHit::postedAt)
            .reversed()
            .thenComparing(SearchHit::postId);
    private final VectorIndex index;
    private final EmbeddingProvider embeddings;
    private final Graph graph;
    private final Snippets snippets;

    public HybridSearch(VectorIndex index, EmbeddingProvider embeddings, Graph graph, TextAnalysis analysis) {
        this.index = index;
        this.embeddings = embeddings;
        this.graph = graph;
        this.snippets = new Snippets(analysis);
    }

    /**
     * A search query and its filters.
     *
     * @param channelIds channels to search, which the reader must be subscribed to; the empty set finds nothing
     * @param text only the first {@value #MAX_TEXT} characters are used
     * @param tags a post needs at least one of them; empty for no restriction
     * @param has what a post needs, all of it, as {@link SearchQuery#has}; empty for no restriction
     * @param from earliest {@code posted_at}, inclusive; null for no limit
     * @param to latest {@code posted_at}, exclusive; null for no limit
     * @param order of the hits
     * @param offset hits to skip; only about the best {@link HybridSearch#DEPTH} are available
     * @param limit 1 to {@value #MAX_LIMIT} hits
     */
    public record PostQuery(
            UUID tenantId,
            Set<UUID> channelIds,
            String text,
            Set<String> tags,
            Set<String> has,
            Instant from,
            Instant to,
            Order order,
            int offset,
            int limit) {
        /** Best first or newest first. */
        public enum Order {
            RELEVANCE,
            DATE
        }

        public static final int MAX_TEXT = 500;
        public static final int MAX_LIMIT = 100;

        public PostQuery {
            channelIds = Set.copyOf(channelIds);
            tags = Set.copyOf(tags);
            has = Set.copyOf(has);
            if (offset < 0) {
                throw new IllegalArgumentException("offset must not be negative: " + offset);
            }
            if (limit < 1 || limit > MAX_LIMIT) {
                throw new IllegalArgumentException("limit must be 1 to " + MAX_LIMIT + ", not " + limit);
            }
            if (text.length() > MAX_TEXT) {
                boolean splitsPair = Character.isHighSurrogate(text.charAt(MAX_TEXT - 1));
                text = text.substring(0, splitsPair ? MAX_TEXT - 1 : MAX_TEXT);
            }
        }
    }

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

    /**
     * A page of hits in the requested order.
     *
     * @param hasMore whether there are more hits after this page
     * @param unavailable parts of the search that failed and are missing from the ranking: {@code embeddings}, {@code graph}
     */
    public record SearchResult(List<PostHit> hits, boolean hasMore, Set<String> unavailable) {}

    /** @throws routes.vectorindex.VectorIndexException if the index fails: search is impossible without it */
    public SearchResult search(PostQuery query) {
        if (snippets.wanted(query.text()).isEmpty() || query.channelIds().isEmpty()) {
            return new SearchResult(List.of(), false, Set.of());
        }
        Set<String> unavailable = new LinkedHashSet<>();
        float[] vector = vector(query.text(), unavailable);
        int last = query.offset() + query.limit();
        List<SearchHit> hits;
        if (query.order() == PostQuery.Order.DATE) {
            hits = onePerAlbum(ranked(limits(query, vector, DEPTH), unavailable).hits().stream()
                    .sorted(NEWEST_FIRST));
        } else {
            Ranked first = ranked(limits(query, vector, FIRST_DEPTH), unavailable);
            hits = onePerAlbum(first.hits().stream());
            if (hits.size() <= last && first.isCut()) {
                // append to the first hits: a deeper search reorders them, and pages must not overlap
                Ranked rest = ranked(limits(query, vector, DEPTH), unavailable);
                hits = onePerAlbum(Stream.concat(hits.stream(), rest.hits().stream()));
            }
        }
        List<SearchHit> page =
                hits.stream().skip(query.offset()).limit(query.limit()).toList();
        return new SearchResult(read(query.tenantId(), page), hits.size() > last, unavailable);
    }

    /** Reads only the hits of the page in full. Omits posts that were removed meanwhile. */
    private List<PostHit> read(UUID tenantId, List<SearchHit> page) {
        Map<UUID, IndexedPost> posts =
                index.read(tenantId, page.stream().map(SearchHit::postId).toList());
        return page.stream()
                .filter(hit -> posts.containsKey(hit.postId()))
                .map(hit -> {
                    IndexedPost post = posts.get(hit.postId());
                    return new PostHit(post.payload(), hit.score(), post.text());
                })
                .toList();
    }

    /** @return plain text around the best match of the query in the text, at most {@value Snippets#MAX_LENGTH} characters and ellipses */
    public String snippet(String query, String text) {
        return snippets.of(text, snippets.wanted(query));
    }

    /** The first hit of each post or album. */
    private static List<SearchHit> onePerAlbum(Stream<SearchHit> hits) {
        Set<Object> known = new HashSet<>();
        return hits.filter(hit -> known.add(Objects.requireNonNullElse(hit.albumId(), hit.postId())))
                .toList();
    }

    /** @param isCut whether a deeper search may find more */
    private record Ranked(List<SearchHit> hits, boolean isCut) {}

    private Ranked ranked(SearchQuery limits, Set<String> unavailable) {
        Map<UUID, SearchHit> found = new HashMap<>();
        List<SearchHit> near = index.vectorSearch(limits).stream()
                .filter(hit -> hit.score() > embeddings.noiseFloor())
                .toList();
        List<UUID> byVector = ranking(near, found);
        List<UUID> byText = ranking(index.textSearch(limits), found);
        Map<UUID, Double> scores = new HashMap<>();
        rank(byVector, scores);
        rank(byText, scores);
        List<UUID> seeds =
                best(scores, found).stream().map(SearchHit::postId).limit(SEEDS).toList();
        rank(neighbourhood(limits, seeds, found, unavailable), scores);
        List<SearchHit> hits = best(scores, found);
        return new Ranked(hits, Math.max(byVector.size(), byText.size()) == limits.limit());
    }

    private static SearchQuery limits(PostQuery query, float[] vector, int depth) {
        return new SearchQuery(
                query.tenantId(),
                query.channelIds(),
                query.tags(),
                query.has(),
                query.from(),
                query.to(),
                query.text(),
                vector,
                depth);
    }

    private float[] vector(String text, Set<String> unavailable) {
        try {
            return embeddings.embed(List.of(text)).get(0);
        } catch (RuntimeException e) {
            LOG.warn("Search goes on without vectors, provider {} failed: {}", embeddings.provider(), e.toString());
            unavailable.add("embeddings");
            return null;
        }
    }

    private static List<UUID> ranking(List<SearchHit> hits, Map<UUID, SearchHit> found) {
        hits.forEach(hit -> found.put(hit.postId(), hit));
        return hits.stream().map(SearchHit::postId).toList();
    }

    private static void rank(List<UUID> ranking, Map<UUID, Double> scores) {
        for (int i = 0; i < ranking.size(); i++) {
            scores.merge(ranking.get(i), 1 / (RANK_CONSTANT + i + 1), Double::sum);
        }
    }

    private static List<SearchHit> best(Map<UUID, Double> scores, Map<UUID, SearchHit> found) {
        return scores.entrySet().stream()
                .map(score -> found.get(score.getKey()).withScore(score.getValue()))
                .sorted(BEST_FIRST)
                .toList();
    }

    /** The seeds first, since they are nearest to themselves, then their neighbours that match the filters. */
    private List<UUID> neighbourhood(
            SearchQuery limits, List<UUID> seeds, Map<UUID, SearchHit> found, Set<String> unavailable) {
        List<UUID> ranking = new ArrayList<>(seeds);
        if (seeds.isEmpty()) {
            return ranking;
        }
        List<UUID> near;
        try {
            near = graph.neighboursOfPosts(limits.tenantId(), seeds, limits.limit()).stream()
                    .filter(post -> found.containsKey(post.postId()) || post.sharedTags() >= MIN_SHARED_TAGS)
                    .map(Neighbour::postId)
                    .toList();
        } catch (RuntimeException e) {
            LOG.warn("Search goes on without the graph, which failed: {}", e.toString());
            unavailable.add("graph");
            return ranking;
        }
        List<UUID> unknown =
                near.stream().filter(post -> !found.containsKey(post)).toList();
        index.fetch(limits, unknown).forEach(hit -> found.put(hit.postId(), hit));
        near.stream().filter(found::containsKey).forEach(ranking::add);
        return ranking;
    }
}
