package routes.search;

import java.util.List;
import java.util.Set;

/**
 * Hits, best first.
 *
 * @param unavailable parts of the search that failed and are missing in the ranking: {@code embeddings}, {@code graph}
 */
public record SearchResult(List<PostHit> hits, Set<String> unavailable) {}
