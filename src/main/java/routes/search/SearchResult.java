package routes.search;

import java.util.List;
import java.util.Set;

/**
 * A page of hits in the requested order.
 *
 * @param hasMore whether there are more hits after this page
 * @param unavailable parts of the search that failed and are missing from the ranking: {@code embeddings}, {@code graph}
 */
public record SearchResult(List<PostHit> hits, boolean hasMore, Set<String> unavailable) {}
