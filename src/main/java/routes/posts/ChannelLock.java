package routes.posts;

import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;

/** Whoever writes posts or albums of a channel for a tenant holds this until the end of the transaction. */
final class ChannelLock {
    private ChannelLock() {}

    static void take(JdbcTemplate jdbc, UUID tenantId, UUID channelId) {
        jdbc.queryForList("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", tenantId + ":" + channelId);
    }
}
