package routes.posts;

import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Whoever writes posts or albums of a channel for a tenant holds this until the end of the transaction.
 *
 * <p>Beside the lock it keeps the transaction from using plans that were made when the table was empty. Together with
 * {@code (…) IN (SELECT …)} in place of {@code = ANY} this matters: in a table that was never analysed, PostgreSQL takes
 * tenant and channel for so selective that it reads the whole channel with every batch, so that a large import would take
 * ever longer.
 */
final class ChannelLock {
    private ChannelLock() {}

    static void take(JdbcTemplate jdbc, UUID tenantId, UUID channelId) {
        jdbc.execute("SET LOCAL plan_cache_mode = force_custom_plan");
        jdbc.queryForList("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", tenantId + ":" + channelId);
    }
}
