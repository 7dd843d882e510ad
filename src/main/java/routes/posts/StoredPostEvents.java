package routes.posts;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import routes.events.ContentHash;
import routes.events.IdempotencyKeys;
import routes.events.PostParsed;
import routes.events.Trigger;

/** Recreates the events of posts from the stored rows. */
@Repository
public class StoredPostEvents {
    private static final String SELECT =
            """
            SELECT p.*, c.tg_channel_id,
                   ARRAY(SELECT file_sha256 FROM post_media_map m WHERE m.post_id = p.id ORDER BY position) AS files,
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
     * The events as ingest published them, on behalf of a reader of the channel.
     *
     * @param trigger if it is not that of ingest
     * @param request makes stages process them although they did so before
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
        Post post = PostTable.stored(row).post();
        UUID tenant = row.getObject("tenant_id", UUID.class);
        long channel = row.getLong("tg_channel_id");
        long version = post.contentVersion();
        String hash = Objects.requireNonNullElseGet(
                row.getString("content_hash"), () -> ContentHash.of(post.text(), post.attachmentText()));
        return PostEvents.parsed(post, hash)
                .traceId(traceId(row))
                .occurredAt(clock.instant())
                .idempotencyKey(IdempotencyKeys.postParsed(tenant, channel, post.telegramMessageId(), version, request))
                .userId(row.getString("reader"))
                .tenantId(tenant)
                .channelId(row.getObject("channel_id", UUID.class))
                .tgChannelId(channel)
                .postId(row.getObject("id", UUID.class))
                .trigger(why.orElse(version == 0 ? Trigger.INITIAL : Trigger.EDIT))
                .requestId(request)
                .build();
    }

    private static String traceId(ResultSet row) throws SQLException {
        return Objects.requireNonNullElseGet(
                row.getString("trace_id"), () -> UUID.randomUUID().toString().replace("-", ""));
    }
}
