package routes.posts;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import routes.events.ContentHash;
import routes.events.Event;
import routes.events.IdempotencyKeys;
import routes.events.PostParsed;
import routes.events.Trigger;

/** Makes the events of posts anew from what is stored. */
@Repository
public class StoredPostEvents {
    private static final String SELECT =
            """
            SELECT p.*, c.tg_channel_id,
                   ARRAY(SELECT file_sha256 FROM post_media_map m WHERE m.post_id = p.id ORDER BY position) AS files,
                   ARRAY(SELECT jsonb_array_elements_text(p.urls)) AS links,
                   coalesce((SELECT min(s.user_id) FROM user_channel s JOIN users u ON u.id = s.user_id
                             WHERE s.channel_id = p.channel_id AND u.tenant_id = p.tenant_id AND s.is_active), 0) AS reader
            FROM posts p
            JOIN channels c ON c.id = p.channel_id
            WHERE p.id IN (:ids) ORDER BY p.number
            """;

    private final JdbcClient jdbc;
    private final Clock clock;

    public StoredPostEvents(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /**
     * As ingest made them, on behalf of a reader of the channel.
     *
     * @param trigger where it is not that of ingest
     * @param request lets them past what was done before
     */
    public List<PostParsed> parsed(Collection<UUID> ids, Optional<Trigger> trigger, String request) {
        return ids.isEmpty()
                ? List.of()
                : jdbc.sql(SELECT)
                        .param("ids", ids)
                        .query((row, number) -> parsed(row, trigger, request))
                        .list();
    }

    private PostParsed parsed(ResultSet row, Optional<Trigger> why, String request) throws SQLException {
        UUID tenant = row.getObject("tenant_id", UUID.class);
        long channel = row.getLong("tg_channel_id");
        long message = row.getLong("telegram_message_id");
        long version = row.getLong("content_version");
        String text = row.getString("content");
        List<String> links = strings(row, "links");
        Instant now = clock.instant();
        return new PostParsed(
                Event.SCHEMA_VERSION,
                traceId(row),
                now,
                IdempotencyKeys.postParsed(tenant, channel, message, version, request),
                row.getString("reader"),
                tenant,
                row.getObject("channel_id", UUID.class),
                row.getObject("id", UUID.class),
                text,
                links,
                instant(row, "posted_at"),
                version,
                why.orElse(version == 0 ? Trigger.INITIAL : Trigger.EDIT),
                request,
                strings(row, "files"),
                row.getObject("grouped_id", Long.class),
                Objects.requireNonNullElseGet(row.getString("content_hash"), () -> ContentHash.of(text)),
                links.size(),
                message,
                message,
                channel,
                row.getString("telegram_post_url"),
                row.getBoolean("has_media"),
                row.getBoolean("is_edited"),
                row.getInt("views_count"),
                row.getInt("forwards_count"),
                row.getInt("reactions_count"),
                row.getObject("forward_from_chat_id", Long.class),
                row.getObject("forward_from_message_id", Long.class),
                instant(row, "forward_date"),
                row.getString("forward_from_name"),
                row.getObject("reply_to_message_id", Long.class),
                row.getString("author_name"));
    }

    private static String traceId(ResultSet row) throws SQLException {
        return Objects.requireNonNullElseGet(
                row.getString("trace_id"), () -> UUID.randomUUID().toString().replace("-", ""));
    }

    private static List<String> strings(ResultSet row, String column) throws SQLException {
        return List.of((String[]) row.getArray(column).getArray());
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
