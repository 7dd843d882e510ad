package routes.vectorindex;

import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/**
 * A query and its filters.
 *
 * @param channelIds the only channels to search; the empty set finds nothing
 * @param tags posts that carry at least one of these tags in any form ({@link routes.text.TagKey}); the empty set does not
 *     filter
 * @param from earliest {@code posted_at}, inclusive; null for no limit
 * @param to latest {@code posted_at}, exclusive; null for no limit
 * @param text for full-text search; null for vector search only
 * @param vector for vector search; null or the zero vector for text search only
 * @param limit 1 to {@value #MAX_LIMIT} hits
 */
@SuppressWarnings("ArrayRecordComponent")
public record SearchQuery(
        UUID tenantId,
        Set<UUID> channelIds,
        Set<String> tags,
        Instant from,
        Instant to,
        String text,
        float[] vector,
        int limit) {

    public static final int MAX_LIMIT = 1_000;

    public SearchQuery {
        Objects.requireNonNull(tenantId, "tenantId");
        channelIds = Set.copyOf(channelIds);
        tags = Set.copyOf(tags);
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new IllegalArgumentException("limit must be 1 to " + MAX_LIMIT + ", not " + limit);
        }
    }
}
