package routes.cleanup;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The post queries of the clean-up. */
@Repository
class DeletedPosts {

    /**
     * A post that is to be removed, or has been removed.
     *
     * @param restoredAt when an import last restored it, null if none did
     */
    record State(UUID id, UUID tenantId, UUID channelId, boolean deleted, boolean cleaned, Instant restoredAt) {}

    /** An expired post. */
    record Expired(UUID id, UUID tenantId, UUID channelId, Instant expiresAt) {}

    private final JdbcClient jdbc;

    DeletedPosts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Those of the posts that are stored. */
    Map<UUID, State> find(Collection<UUID> postIds) {
        return find(postIds, "");
    }

    /** Locks the rows until the end of the transaction, in id order, so that no import restores the posts. */
    Map<UUID, State> hold(Collection<UUID> postIds) {
        return find(postIds, "ORDER BY id FOR NO KEY UPDATE");
    }

    private Map<UUID, State> find(Collection<UUID> postIds, String lock) {
        return jdbc
                .sql(
                        """
                        SELECT id, tenant_id, channel_id, is_deleted, cleaned_at IS NOT NULL AS cleaned, restored_at
                        FROM posts WHERE id = ANY (?)
                        """
                                + lock)
                .param(postIds.toArray(UUID[]::new))
                .query((row, number) -> new State(
                        row.getObject("id", UUID.class),
                        row.getObject("tenant_id", UUID.class),
                        row.getObject("channel_id", UUID.class),
                        row.getBoolean("is_deleted"),
                        row.getBoolean("cleaned"),
                        instant(row, "restored_at")))
                .list()
                .stream()
                .collect(Collectors.toMap(State::id, state -> state));
    }

    /** The posts that expired first, after the given place. */
    List<Expired> expired(Instant now, SweepPlace after, int limit) {
        return jdbc.sql(
                        """
                        SELECT id, tenant_id, channel_id, expires_at FROM posts
                        WHERE NOT is_deleted AND expires_at <= ? AND (expires_at, id) > (?, ?)
                        ORDER BY expires_at, id LIMIT ?
                        """)
                .params(now.atOffset(ZoneOffset.UTC), after.expiresAt().atOffset(ZoneOffset.UTC), after.postId(), limit)
                .query((row, number) -> new Expired(
                        row.getObject("id", UUID.class),
                        row.getObject("tenant_id", UUID.class),
                        row.getObject("channel_id", UUID.class),
                        instant(row, "expires_at")))
                .list();
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
