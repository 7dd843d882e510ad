package routes.api;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tagging progress of a user's posts.
 *
 * @param postsNeedRetry posts in status retrying
 * @param taggingEnabled whether there is a usable provider
 * @param maxRetryAttempts passes through all providers before a post fails
 */
record TaggingStats(
        long userId,
        long totalPosts,
        long postsWithTags,
        long postsNeedRetry,
        Map<String, Long> statsByStatus,
        boolean taggingEnabled,
        int maxRetryAttempts) {

    private static final List<String> STATUSES = List.of("pending", "success", "failed", "retrying", "skipped");

    /** Post counts; every status is a key. */
    record Counts(Map<String, Long> byStatus, long withTags) {

        static Counts of(ResultSet rows) throws SQLException {
            var byStatus = new LinkedHashMap<String, Long>();
            STATUSES.forEach(status -> byStatus.put(status, 0L));
            long withTags = 0;
            while (rows.next()) {
                byStatus.put(rows.getString("status"), rows.getLong("posts"));
                withTags += rows.getLong("tagged");
            }
            return new Counts(byStatus, withTags);
        }
    }

    static TaggingStats of(User user, Counts counts, boolean enabled, int maxAttempts) {
        long total =
                counts.byStatus().values().stream().mapToLong(Long::longValue).sum();
        return new TaggingStats(
                user.id(),
                total,
                counts.withTags(),
                counts.byStatus().get("retrying"),
                counts.byStatus(),
                enabled,
                maxAttempts);
    }
}
