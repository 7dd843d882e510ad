package routes.search;

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
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import routes.embeddings.EmbeddingProvider;
import routes.embeddings.EmbeddingProvider.Similarity;
import routes.graph.Graph;
import routes.graph.Graph.Neighbour;
import routes.llm.ModelFailureException;
import routes.search.QueryLanguage.Understood;
import routes.text.Language;
import routes.text.SearchWords;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndex.Facets;
import routes.vectorindex.VectorIndex.IndexedPost;
import routes.vectorindex.VectorIndex.PostPayload;
import routes.vectorindex.VectorIndex.SearchHit;
import routes.vectorindex.VectorIndex.SearchQuery;
import routes.vectorindex.VectorIndex.TextMatches;

/**
 * Full-text search, plus vector search if the vectors of the embedding provider improve on the words. The scores are added with the
 * weight of the provider ({@link EmbeddingProvider#searchWeight()}).
 *
 * <p>A hit must match by a word ({@link VectorIndex#match}) or have a vector score above the provider's
 * {@link EmbeddingProvider#similarity}. Weaker matches are coincidental and are dropped, even if few hits remain. A query without
 * any word, name or emoji finds nothing. If the embeddings fail, the search uses words only. The graph ranks only related posts.
 */
@Component
public final class HybridSearch {
    private static final Logger LOG = LoggerFactory.getLogger(HybridSearch.class);

    /** Depth of each ranking for the first pages; fast enough that readers notice no delay. */
    private static final int FIRST_DEPTH = 150;

    /** Depth of each ranking for later pages and for the order by date. */
    public static final int DEPTH = SearchQuery.MAX_LIMIT;

    /** One shared tag means a common subject area, two mean a common subject. */
    private static final int MIN_SHARED_TAGS = 2;

    /** Number of related posts of each kind to consider. */
    private static final int RELATED_DEPTH = 50;

    /**
     * Constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009), which combines related posts by tags and by
     * words.
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
    private final Reranker reranker;

    /** Creates a search without a reranking model. */
    public HybridSearch(VectorIndex index, EmbeddingProvider embeddings, Graph graph, SearchWords analysis) {
        this(index, embeddings, graph, analysis, null);
    }

    /** @param reranker null to disable reranking */
    @Autowired
    HybridSearch(
            VectorIndex index, EmbeddingProvider embeddings, Graph graph, SearchWords analysis, Reranker reranker) {
        this.reranker = reranker;
        this.index = index;
        this.embeddings = embeddings;
        this.graph = graph;
        this.snippets = new Snippets(analysis);
    }

    /**
     * A search query and its filters.
     *
     * @param channelIds channels to search; the reader must be subscribed to each; an empty set finds nothing
     * @param wanted the understood query; without words, it finds all posts that match the filters, newest first. Its channels are
     *     ignored
     * @param asTyped as {@link SearchQuery#asTyped}
     * @param order order of the hits
     * @param offset number of hits to skip; only about the best {@link HybridSearch#DEPTH} hits are available
     * @param limit 1 to {@value #MAX_LIMIT} hits
     */
    public record PostQuery(
            UUID tenantId,
            Set<UUID> channelIds,
            Understood wanted,
            boolean asTyped,
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
            if (offset < 0) {
                throw new IllegalArgumentException("offset must not be negative: " + offset);
            }
            if (limit < 1 || limit > MAX_LIMIT) {
                throw new IllegalArgumentException("limit must be 1 to " + MAX_LIMIT + ", not " + limit);
            }
        }

        /** Returns the words; only the first {@value #MAX_TEXT} characters are searched. */
        public String text() {
            String text = wanted.words();
            if (text.length() <= MAX_TEXT) {
                return text;
            }
            boolean splitsPair = Character.isHighSurrogate(text.charAt(MAX_TEXT - 1));
            return text.substring(0, splitsPair ? MAX_TEXT - 1 : MAX_TEXT);
        }
    }

    /**
     * A found post.
     *
     * @param score comparable only within one answer
     * @param text the whole indexed text of the post, for answers that quote it
     */
    public record PostHit(PostPayload payload, double score, String text) {
        public UUID postId() {
            return payload.postId();
        }
    }

    /**
     * A page of hits in the requested order.
     *
     * @param hasMore whether more hits follow this page
     * @param replaced parts of the text, as typed, and the words searched for instead; see {@link VectorIndex.TextMatches}
     * @param unavailable parts of the search that failed and are missing from the ranking: {@code embeddings}, {@code reranking}
     */
    public record SearchResult(
            List<PostHit> hits, boolean hasMore, Map<String, String> replaced, Set<String> unavailable) {}

    /** @throws routes.vectorindex.VectorIndexException if the index fails, because a search is then impossible */
    public SearchResult search(PostQuery query) {
        if (query.channelIds().isEmpty()) {
            return new SearchResult(List.of(), false, Map.of(), Set.of());
        }
        Set<String> unavailable = new LinkedHashSet<>();
        float[] vector = vector(query.text(), unavailable);
        int last = query.offset() + query.limit();
        Ranked first = ranked(limits(query, vector, query.order() == PostQuery.Order.DATE ? DEPTH : FIRST_DEPTH));
        List<SearchHit> hits;
        if (query.order() == PostQuery.Order.DATE) {
            hits = onePerAlbum(first.hits().stream().sorted(NEWEST_FIRST));
        } else {
            hits = onePerAlbum(first.hits().stream());
            if (hits.size() <= last && first.isCut()) {
                // append to the first hits, because a deeper search may reorder them and pages must not overlap
                Ranked rest = ranked(limits(query, vector, DEPTH));
                hits = onePerAlbum(Stream.concat(hits.stream(), rest.hits().stream()));
            }
            hits = reranked(query, hits, unavailable);
        }
        List<SearchHit> page =
                hits.stream().skip(query.offset()).limit(query.limit()).toList();
        return new SearchResult(read(query.tenantId(), page), hits.size() > last, first.replaced(), unavailable);
    }

    /** Returns the best hits in the order of the reranker. Each position keeps its score, so that scores still decrease. */
    private List<SearchHit> reranked(PostQuery query, List<SearchHit> hits, Set<String> unavailable) {
        int depth = reranker == null || query.text().isBlank() ? 0 : Math.min(reranker.depth(), hits.size());
        if (depth < 2) {
            return hits;
        }
        List<SearchHit> best = hits.subList(0, depth);
        Map<UUID, IndexedPost> posts = index.read(
                query.tenantId(), best.stream().map(SearchHit::postId).toList());
        List<String> texts = best.stream()
                .map(hit -> posts.containsKey(hit.postId())
                        ? posts.get(hit.postId()).text()
                        : "")
                .toList();
        try {
            List<SearchHit> ordered = new ArrayList<>();
            for (int position : reranker.order(query.text(), texts)) {
                ordered.add(
                        best.get(position).withScore(best.get(ordered.size()).score()));
            }
            ordered.addAll(hits.subList(depth, hits.size()));
            return ordered;
        } catch (ModelFailureException e) {
            LOG.warn("Search continues without reranking: {}", e.getMessage());
            unavailable.add("reranking");
            return hits;
        }
    }

    /** Counts all posts that the words of the query find; see {@link VectorIndex#facets}. */
    public Facets facets(PostQuery query, int mostTags) {
        return query.channelIds().isEmpty()
                ? new Facets(Map.of(), Map.of(), Map.of())
                : index.facets(limits(query, null, 1), mostTags);
    }

    /**
     * Returns posts on the same subject as the given one, nearest first: posts that share at least two of its tags, and posts with
     * its characteristic words.
     */
    public List<SearchHit> related(UUID tenantId, Set<UUID> channelIds, UUID postId, int limit) {
        SearchQuery within =
                new SearchQuery(tenantId, channelIds, Set.of(), Set.of(), null, null, null, null, RELATED_DEPTH);
        return added(byRank(index.similar(within, postId)), byRank(neighbours(within, postId)))
                .limit(limit)
                .toList();
    }

    private List<SearchHit> neighbours(SearchQuery within, UUID postId) {
        try {
            List<UUID> near = graph.neighboursOfPosts(within.tenantId(), List.of(postId), RELATED_DEPTH).stream()
                    .filter(post -> post.sharedTags() >= MIN_SHARED_TAGS)
                    .map(Neighbour::postId)
                    .toList();
            return index.fetch(within, near).stream()
                    .sorted(Comparator.comparingInt(hit -> near.indexOf(hit.postId())))
                    .toList();
        } catch (RuntimeException e) {
            LOG.warn("Related posts are searched without the graph because it failed: {}", e.toString());
            return List.of();
        }
    }

    private static Stream<SearchHit> byRank(List<SearchHit> hits) {
        return IntStream.range(0, hits.size()).mapToObj(i -> hits.get(i).withScore(1 / (RANK_CONSTANT + i + 1)));
    }

    /** Merges two rankings: each post once, with the sum of its scores, best first. */
    private static Stream<SearchHit> added(Stream<SearchHit> one, Stream<SearchHit> other) {
        Map<UUID, SearchHit> sums = new HashMap<>();
        Stream.concat(one, other)
                .forEach(hit -> sums.merge(
                        hit.postId(), hit, (first, second) -> second.withScore(first.score() + second.score())));
        return sums.values().stream().sorted(BEST_FIRST);
    }

    /** Reads the full posts of the page. Omits posts that were removed in the meantime. */
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

    /**
     * A part of a text.
     *
     * @param at position of the first query word of the passage in the whole text; 0 if there is none
     */
    public record Passage(String text, int at) {}

    /** @return plain text around the best match of the query in the text, at most {@value Snippets#MAX_LENGTH} characters and ellipses */
    public Passage snippet(String query, String text) {
        return snippets.of(text, snippets.wanted(query));
    }

    /** Keeps the first hit of each post or album. */
    private static List<SearchHit> onePerAlbum(Stream<SearchHit> hits) {
        Set<Object> known = new HashSet<>();
        return hits.filter(hit -> known.add(Objects.requireNonNullElse(hit.albumId(), hit.postId())))
                .toList();
    }

    /** @param isCut whether a deeper search may find more hits */
    private record Ranked(List<SearchHit> hits, Map<String, String> replaced, boolean isCut) {}

    private Ranked ranked(SearchQuery limits) {
        if (limits.text().isBlank()) {
            List<SearchHit> newest = index.newest(limits);
            return new Ranked(newest, Map.of(), newest.size() == limits.limit());
        }
        TextMatches matches = index.match(limits);
        Similarity similarity = limits.vector() == null ? null : embeddings.similarity(Language.of(limits.text()));
        // vectors count fully if the words find nothing; vectors of a model without support for the language would
        // spoil the order
        // of the words
        float trust = similarity == null ? 0 : matches.hits().isEmpty() ? 1 : similarity.trust();
        if (trust == 0) {
            List<SearchHit> hits = matches.hits().stream().sorted(BEST_FIRST).toList();
            return new Ranked(hits, matches.replaced(), hits.size() == limits.limit());
        }
        List<SearchHit> near = index.vectorSearch(limits).stream()
                .filter(hit -> hit.score() > similarity.unrelated())
                .toList();
        float weight = trust * embeddings.searchWeight();
        List<SearchHit> hits = added(
                        scaled(matches.hits(), 0, 0, 1),
                        scaled(near, similarity.unrelated(), similarity.same(), weight))
                .toList();
        return new Ranked(hits, matches.replaced(), Math.max(matches.hits().size(), near.size()) == limits.limit());
    }

    /**
     * Scales scores so that the best one becomes {@code weight} and the floor becomes 0.
     *
     * @param full minimum score that becomes {@code weight}: the best of several bad hits must not get the full weight
     */
    private static Stream<SearchHit> scaled(List<SearchHit> hits, double floor, double full, double weight) {
        double best = hits.stream().mapToDouble(SearchHit::score).reduce(full, Math::max) - floor;
        return hits.stream().map(hit -> hit.withScore(best > 0 ? weight * (hit.score() - floor) / best : weight));
    }

    private static SearchQuery limits(PostQuery query, float[] vector, int depth) {
        Understood wanted = query.wanted();
        return new SearchQuery(
                query.tenantId(),
                query.channelIds(),
                wanted.tags(),
                wanted.has(),
                wanted.from(),
                wanted.to(),
                query.text(),
                wanted.phrases(),
                wanted.without(),
                query.asTyped(),
                vector,
                depth);
    }

    /** Returns null if the vectors of the provider do not improve on the words. */
    private float[] vector(String text, Set<String> unavailable) {
        if (embeddings.searchWeight() == 0 || text.isBlank()) {
            return null;
        }
        try {
            embeddings.similarity(Language.of(text)); // measured once per model
            return embeddings.embedQuery(text);
        } catch (RuntimeException e) {
            LOG.warn(
                    "Search continues without vectors because provider {} failed: {}",
                    embeddings.provider(),
                    e.toString());
            unavailable.add("embeddings");
            return null;
        }
    }
}
