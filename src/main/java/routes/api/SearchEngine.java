package routes.api;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;

interface SearchEngine {
    record Query(UUID tenant, Set<UUID> channels, Set<String> tags, Instant from, Instant to, String text, int limit) {}

    record Found(UUID postId, double score, String snippet) {}

    List<Found> search(Query query);
}
