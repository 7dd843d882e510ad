package routes.posts;

import java.util.Collection;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Advisory locks that are held until the end of the transaction. */
public final class PostLock {
    private PostLock() {}

    /**
     * Locks posts. Taken by every writer of a post's data in the vector index and the graph, so that no writer restores, from stale
     * reads, data that another one has removed. Locks in a fixed order, so that two callers do not deadlock.
     */
    public static void take(JdbcClient jdbc, Collection<UUID> postIds) {
        jdbc.sql(
                        """
                        SELECT pg_advisory_xact_lock(key) FROM (
                            SELECT hashtextextended('indexing:' || id, 0) AS key FROM unnest(?::uuid[]) AS id ORDER BY 1) keys
                        """)
                .param(postIds.toArray(UUID[]::new))
                .query((row, number) -> true)
                .list();
    }

    /**
     * Locks posts as {@link #take} does, and returns those that are deleted. A caller that stores texts of posts must do so in the
     * same transaction and skip these posts. If another post is deleted later, its clean-up finds the stored texts.
     */
    public static Set<UUID> takeAndFindDeleted(JdbcClient jdbc, Collection<UUID> postIds) {
        take(jdbc, postIds);
        return jdbc.sql("SELECT id FROM posts WHERE id = ANY (?) AND is_deleted")
                .param(postIds.toArray(UUID[]::new))
                .query(UUID.class)
                .set();
    }

    /**
     * Locks a channel. Taken by every writer of a channel's posts or albums for a tenant.
     *
     * <p>The lock also prevents the transaction from using plans that were made when the table was empty. This matters together
     * with {@code (…) IN (SELECT …)} in place of {@code = ANY}: in a table that was never analysed, PostgreSQL estimates tenant and
     * channel as so selective that it reads the whole channel with every batch. A large import would then become slower and slower.
     */
    static void takeChannel(JdbcClient jdbc, UUID tenantId, UUID channelId) {
        jdbc.sql("SET LOCAL plan_cache_mode = force_custom_plan").update();
        jdbc.sql("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))")
                .param(tenantId + ":" + channelId)
                .query((row, number) -> true)
                .list();
    }
}
