package routes.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;
import routes.api.access.ApiDatabase;
import routes.api.http.Cursor;

/** Posts as readers see them. Deleted posts are excluded. */
@Component
record PostStore(ApiDatabase database, TagStore tags) {

    /** Returns the first {@code limit} posts after the cursor, newest first, of the channels that the user reads. */
    List<Post> list(User user, PostFilter filter, Optional<Cursor> after, int limit) {
        return database.rows(
                        """
                        SELECT %s
                        FROM (%s) page JOIN posts p ON p.id = page.id
                        ORDER BY p.posted_at DESC, p.number DESC
                        """
                                .formatted(PostRows.COLUMNS, filter.newest(after)))
                .param("tenant", user.tenantId())
                .param("user", user.id())
                .param("limit", limit)
                .params(filter.values(after))
                .param("forms", tags.forms(user, filter))
                .query(PostRows.POST)
                .list();
    }

    /** Returns a post with the results of all stages. */
    Post read(PostId id) {
        return database.rows(
                        """
                        SELECT %s, %s, %s, %s FROM posts p
                        WHERE %s = :id AND NOT p.is_deleted AND p.tenant_id = coalesce(CAST(:caller AS uuid), p.tenant_id)
                        """
                                .formatted(
                                        PostRows.COLUMNS,
                                        PostRows.ENRICHMENTS,
                                        PostRows.SAME_PICTURES,
                                        PostRows.LINK_STATES,
                                        id.column()))
                .param("id", id.value())
                .query(PostRows.DETAILS)
                .optional()
                .orElseThrow(id::unknown);
    }

    /** The ids of a post to change. */
    record Place(UUID id, UUID tenantId, UUID channelId) {}

    Place locate(PostId id) {
        return locate(id, "NOT p.is_deleted");
    }

    /** For operations that also apply to tombstones of deleted posts. */
    Place locateAlsoDeleted(PostId id) {
        return locate(id, "true");
    }

    private Place locate(PostId id, String condition) {
        return database.rows(
                        """
                        SELECT p.id, p.tenant_id, p.channel_id FROM posts p
                        WHERE %s = :id AND %s AND p.tenant_id = coalesce(CAST(:caller AS uuid), p.tenant_id)
                        """
                                .formatted(id.column(), condition))
                .param("id", id.value())
                .query(ApiDatabase.as(Place.class))
                .optional()
                .orElseThrow(id::unknown);
    }

    /**
     * The tagging progress of a user's posts.
     *
     * @param postsNeedRetry posts in status retrying
     * @param statsByStatus contains every status as a key
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
            int maxRetryAttempts) {}

    TaggingStats taggingStats(User user, boolean isEnabled, int maxAttempts) {
        return database.rows(
                        """
                        SELECT CAST(:user AS bigint) AS user_id, count(*) AS total_posts,
                               count(*) FILTER (WHERE jsonb_typeof(e.data -> 'tags') = 'array'
                                                  AND e.data -> 'tags' <> '[]') AS posts_with_tags,
                               count(*) FILTER (WHERE p.tagging_status = 'retrying') AS posts_need_retry,
                               json_build_object('pending', count(*) FILTER (WHERE p.tagging_status = 'pending'),
                                                 'success', count(*) FILTER (WHERE p.tagging_status = 'success'),
                                                 'failed', count(*) FILTER (WHERE p.tagging_status = 'failed'),
                                                 'retrying', count(*) FILTER (WHERE p.tagging_status = 'retrying'),
                                                 'skipped', count(*) FILTER (WHERE p.tagging_status = 'skipped'))
                                   AS stats_by_status,
                               CAST(:enabled AS boolean) AS tagging_enabled, CAST(:attempts AS int) AS max_retry_attempts
                        FROM user_channel s
                        JOIN posts p ON p.channel_id = s.channel_id AND p.tenant_id = :tenant AND NOT p.is_deleted
                        LEFT JOIN post_enrichment e ON e.post_id = p.id AND e.kind = 'tags'
                        WHERE s.user_id = :user AND s.is_active
                        """)
                .param("user", user.id())
                .param("tenant", user.tenantId())
                .param("enabled", isEnabled)
                .param("attempts", maxAttempts)
                .query(ApiDatabase.as(TaggingStats.class))
                .single();
    }
}
