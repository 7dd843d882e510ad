package routes.posts;

import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Held until the end of the transaction by every writer of a channel's posts or albums for a tenant.
 *
 * <p>It also keeps the transaction from using plans that were made when the table was empty. This matters together with
 * {@code (…) IN (SELECT …)} in place of {@code = ANY}: in a table that was never analysed, PostgreSQL estimates tenant and channel as so
 * selective that it reads the whole channel with every batch. A large import would then become ever slower.
 */
final class ChannelLock {
    private ChannelLock() {}

    static void take(JdbcTemplate jdbc, UUID tenantId, UUID channelId) {
        jdbc.execute("SET LOCAL plan_cache_mode = force_custom_plan");
        jdbc.queryForList("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", tenantId + ":" + channelId);
    }
}
