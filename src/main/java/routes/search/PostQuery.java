package routes.search;

import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/**
 * A search query and its filters.
 *
 * @param channelIds channels to search, which the reader must be subscribed to; the empty set finds nothing
 * @param text only the first {@value #MAX_TEXT} characters are used
 * @param tags a post needs at least one of them; empty for no restriction
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
        Objects.requireNonNull(tenantId, "tenantId");
        channelIds = Set.copyOf(channelIds);
        tags = Set.copyOf(tags);
        Objects.requireNonNull(order, "order");
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
