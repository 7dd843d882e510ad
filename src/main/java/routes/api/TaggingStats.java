package routes.api;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How far the tagging of a user's posts is.
 *
 * @param postsNeedRetry those in status retrying
 * @param taggingEnabled whether there is any provider
 * @param maxRetryAttempts passes through all providers before a post is failed
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

    /** Numbers of posts; every status is a key. */
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
