package routes.search;

import java.util.List;
import java.util.Set;

/**
 * A page of hits, in the order that was asked for.
 *
 * @param hasMore whether there are hits after them
 * @param unavailable parts of the search that failed and are missing in the ranking: {@code embeddings}, {@code graph}
 */
public record SearchResult(List<PostHit> hits, boolean hasMore, Set<String> unavailable) {}
