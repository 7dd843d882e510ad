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
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.embeddings.EmbeddingProvider;
import routes.graph.Graph;
import routes.graph.Neighbour;
import routes.text.TextAnalysis;
import routes.vectorindex.IndexedPost;
import routes.vectorindex.SearchHit;
import routes.vectorindex.SearchQuery;
import routes.vectorindex.VectorIndex;

/**
 * Full-text search, vector search and graph neighbourhood, fused by {@link ReciprocalRanks}. What a vector represents depends on the
 * embedding provider: a model encodes the meaning of a text, the local provider its words and their spelling.
 *
 * <p>A hit must match by words, have a vector score above the provider's {@link EmbeddingProvider#noiseFloor()}, or share at least
 * two tags with one of the best hits. Weaker matches are coincidence and are dropped, however few hits remain. A query without any
 * word, name or emoji finds nothing. If embeddings or graph fail, the other rankings still answer.
 */
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

    private static final Comparator<SearchHit> NEWEST_FIRST = Comparator.comparing(
                    SearchHit::postedAt, Comparator.reverseOrder())
            .thenComparing(SearchHit::postNumber, Comparator.reverseOrder());

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
        ReciprocalRanks ranks = new ReciprocalRanks().add(byVector).add(byText);
        List<UUID> seeds = best(ranks, found).stream().limit(SEEDS).toList();
        ranks.add(neighbourhood(limits, seeds, found, unavailable));
        List<SearchHit> hits = best(ranks, found).stream()
                .map(post -> found.get(post).withScore(ranks.scores().get(post)))
                .toList();
        return new Ranked(hits, Math.max(byVector.size(), byText.size()) == limits.limit());
    }

    private static SearchQuery limits(PostQuery query, float[] vector, int depth) {
        return new SearchQuery(
                query.tenantId(),
                query.channelIds(),
                query.tags(),
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

    private static List<UUID> best(ReciprocalRanks ranks, Map<UUID, SearchHit> found) {
        Comparator<UUID> order = Comparator.comparing(
                        (UUID post) -> -ranks.scores().get(post))
                .thenComparing(post -> found.get(post).postedAt(), Comparator.reverseOrder())
                .thenComparing(Comparator.naturalOrder());
        return found.keySet().stream()
                .filter(ranks.scores()::containsKey)
                .sorted(order)
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
