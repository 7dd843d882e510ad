package routes.search;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.events.Json;
import routes.posts.Spoilers;
import routes.search.HybridSearch.PostHit;
import routes.search.HybridSearch.PostQuery;
import routes.search.HybridSearch.SearchResult;
import routes.search.QueryLanguage.Understood;
import routes.text.NormalizedText;

/** Searches like the search page, for other outputs: answers of the bot, and feeds. */
@Component
public record ReaderSearch(HybridSearch search, JdbcClient jdbc) {
    private static final ObjectMapper JSON = Json.newMapper();

    /**
     * A found post.
     *
     * @param channel title of the channel, or its user name if it has no title
     * @param link link to the post in Telegram; null if there is none
     * @param changedAt time of posting or of the last edit
     * @param text text of the post, with spoilers masked
     * @param snippet the text around the best match
     */
    public record Found(
            UUID postId,
            long number,
            String channel,
            String link,
            Instant postedAt,
            Instant changedAt,
            String text,
            String snippet) {}

    /** @param hasMore whether there are more posts than requested */
    public record Results(List<Found> posts, boolean hasMore) {}

    /**
     * @param limit 1 to {@value HybridSearch.PostQuery#MAX_LIMIT}
     * @throws QueryLanguage.UnclearQueryException for an operator with an invalid value
     */
    public Results find(UUID tenantId, long userId, String query, PostQuery.Order order, int limit) {
        Understood words = QueryLanguage.read(query);
        Set<UUID> channels = channels(userId, words.channels());
        SearchResult result = search.search(new PostQuery(tenantId, channels, words, false, order, 0, limit));
        List<Found> posts = jdbc.sql(
                        """
                        SELECT p.id, p.number, coalesce(nullif(c.title, ''), c.username, '') AS channel, p.telegram_post_url AS link,
                            p.posted_at, coalesce(p.edited_at, p.posted_at) AS changed_at, p.content, p.entities
                        FROM unnest(:ids) WITH ORDINALITY AS hit (id, place)
                        JOIN posts p ON p.id = hit.id AND NOT p.is_deleted AND p.tenant_id = :tenant
                        JOIN channels c ON c.id = p.channel_id
                        JOIN user_channel s ON s.channel_id = p.channel_id AND s.user_id = :user AND s.is_active
                        ORDER BY hit.place
                        """)
                .param("user", userId)
                .param("ids", result.hits().stream().map(PostHit::postId).toArray(UUID[]::new))
                .param("tenant", tenantId)
                .query((row, n) -> found(row, words.words()))
                .list();
        return new Results(posts, result.hasMore());
    }

    private Found found(ResultSet row, String words) throws SQLException {
        String text = row.getString("content");
        String entities = row.getString("entities");
        if (entities != null) {
            try {
                text = Spoilers.masked(text, JSON.readTree(entities));
            } catch (JsonProcessingException e) {
                throw new SQLException("Cannot read the entities of a post", e);
            }
        }
        return new Found(
                row.getObject("id", UUID.class),
                row.getLong("number"),
                row.getString("channel"),
                row.getString("link"),
                row.getObject("posted_at", OffsetDateTime.class).toInstant(),
                row.getObject("changed_at", OffsetDateTime.class).toInstant(),
                text,
                search.snippet(words, text).text());
    }

    private record Subscription(UUID channelId, String username, String title) {}

    /** @param names user names or titles; empty for all channels */
    private Set<UUID> channels(long userId, Set<String> names) {
        Set<String> wanted = names.stream().map(NormalizedText::of).collect(Collectors.toSet());
        return jdbc
                .sql(
                        """
                        SELECT s.channel_id, c.username, c.title FROM user_channel s JOIN channels c ON c.id = s.channel_id
                        WHERE s.user_id = ? AND s.is_active
                        """)
                .param(userId)
                .query(Subscription.class)
                .list()
                .stream()
                .filter(one -> wanted.isEmpty()
                        || Stream.of(one.username(), one.title())
                                .anyMatch(name -> name != null && wanted.contains(NormalizedText.of(name))))
                .map(Subscription::channelId)
                .collect(Collectors.toSet());
    }
}
