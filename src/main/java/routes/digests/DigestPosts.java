package routes.digests;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads the candidate posts of a digest. */
@Component
record DigestPosts(JdbcClient jdbc) {
    /** Maximum number of posts of a digest, the newest first. */
    static final int MOST = 3_000;

    /** Maximum number of characters of a post that are compared. */
    private static final int MOST_TEXT = 4_000;

    /** A post that arrives late is included in the next digest, unless it is older than this. */
    private static final Duration LATE = Duration.ofDays(7);

    /** Period over which the usual number of views of a channel is measured. */
    private static final Duration USUAL = Duration.ofDays(30);

    /**
     * @param album id of its album; null without an album
     * @param origin id of the message, or of the original message if it is a forward
     */
    record Candidate(
            UUID postId,
            long number,
            UUID channelId,
            String channel,
            String link,
            OffsetDateTime postedAt,
            int views,
            String text,
            String album,
            String origin,
            String[] tags) {}

    /**
     * Reads the posts of a period, in the channels that the user currently reads.
     *
     * @param seen posts stored after this time are included too if they were posted shortly before the period; null if there was no
     *     earlier digest
     */
    List<Candidate> read(UUID tenantId, DigestSettings settings, Instant from, Instant to, Instant seen) {
        return jdbc.sql(
                        """
                        SELECT p.id AS post_id, p.number, p.channel_id, coalesce(nullif(c.title, ''), c.username, '') AS channel,
                            p.telegram_post_url AS link, p.posted_at, coalesce(p.views_count, 0) AS views,
                            left(concat_ws(E'\\n', nullif(p.content, ''), p.attachment_text), :text) AS text,
                            p.channel_id || ':' || p.grouped_id AS album,
                            coalesce(CASE WHEN p.forward_from_chat_id < -1000000000000
                                THEN -1000000000000 - p.forward_from_chat_id ELSE p.forward_from_chat_id END
                                || ':' || p.forward_from_message_id, c.tg_channel_id || ':' || p.telegram_message_id) AS origin,
                            ARRAY(SELECT tag #>> '{}' FROM post_enrichment e, jsonb_path_query(e.data, '$.tags[*]') AS tag
                                  WHERE e.post_id = p.id AND e.kind = 'tags') AS tags
                        FROM posts p
                        JOIN user_channel s ON s.channel_id = p.channel_id AND s.user_id = :user AND s.is_active
                        JOIN users u ON u.id = s.user_id AND u.tenant_id = p.tenant_id
                        JOIN channels c ON c.id = p.channel_id
                        WHERE p.tenant_id = :tenant AND NOT p.is_deleted
                            AND (cardinality(:channels) = 0 OR p.channel_id = ANY (:channels)) AND p.channel_id <> ALL (:muted)
                            AND p.posted_at <= CAST(:to AS timestamptz) AND p.posted_at > CAST(:late AS timestamptz)
                            AND (p.posted_at > CAST(:from AS timestamptz) OR p.created_at > CAST(:seen AS timestamptz))
                        ORDER BY p.posted_at DESC, p.number DESC LIMIT :most
                        """)
                .param("text", MOST_TEXT)
                .param("user", settings.userId())
                .param("tenant", tenantId)
                .param("channels", settings.channels().toArray(UUID[]::new))
                .param("muted", settings.mutedChannels().toArray(UUID[]::new))
                .param("from", from.toString())
                .param("to", to.toString())
                .param("late", seen == null ? from.toString() : from.minus(LATE).toString())
                .param("seen", seen == null ? null : seen.toString())
                .param("most", MOST)
                .query((row, n) -> new Candidate(
                        row.getObject("post_id", UUID.class),
                        row.getLong("number"),
                        row.getObject("channel_id", UUID.class),
                        row.getString("channel"),
                        row.getString("link"),
                        row.getObject("posted_at", OffsetDateTime.class),
                        row.getInt("views"),
                        row.getString("text"),
                        row.getString("album"),
                        row.getString("origin"),
                        (String[]) row.getArray("tags").getArray()))
                .list();
    }

    private record Usual(UUID channelId, double views) {}

    /** Returns the median of the views of each channel's posts. Channels without views are missing. */
    Map<UUID, Double> usualViews(UUID tenantId, List<UUID> channels, Instant to) {
        return jdbc
                .sql(
                        """
                        SELECT channel_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY views_count) AS views FROM posts
                        WHERE tenant_id = :tenant AND channel_id = ANY (:channels) AND NOT is_deleted AND views_count > 0
                            AND posted_at BETWEEN CAST(:from AS timestamptz) AND CAST(:to AS timestamptz)
                        GROUP BY channel_id
                        """)
                .param("tenant", tenantId)
                .param("channels", channels.toArray(UUID[]::new))
                .param("from", to.minus(USUAL).toString())
                .param("to", to.toString())
                .query(Usual.class)
                .list()
                .stream()
                .collect(Collectors.toMap(Usual::channelId, Usual::views));
    }
}
