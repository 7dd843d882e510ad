package routes.api;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;
import routes.api.http.Caller;
import routes.api.http.Cursor;

/** Posts as readers see them, without deleted ones. */
@Component
final class PostStore {

    private final ApiDatabase database;
    private final TagStore tags;
    private final PostRows rows = new PostRows();

    PostStore(ApiDatabase database, TagStore tags) {
        this.database = database;
        this.tags = tags;
    }

    /**
     * The first {@code limit} posts after the cursor, newest first, of the channels that the user reads. Reads the newest posts
     * of each channel from the index, then selects the newest of those.
     */
    List<Post> list(User user, PostFilter filter, Optional<Cursor> after, int limit) {
        return database.sql(
                        """
                        SELECT %s
                        FROM (SELECT newest.id FROM user_channel s
                              CROSS JOIN LATERAL (
                                  SELECT p.id, p.posted_at, p.number FROM posts p
                                  WHERE p.tenant_id = :tenant AND p.channel_id = s.channel_id AND NOT p.is_deleted %s
                                  ORDER BY p.posted_at DESC, p.number DESC LIMIT :limit) newest
                              WHERE s.user_id = :user AND s.is_active
                              ORDER BY newest.posted_at DESC, newest.number DESC LIMIT :limit) page
                        JOIN posts p ON p.id = page.id
                        ORDER BY p.posted_at DESC, p.number DESC
                        """
                                .formatted(PostRows.COLUMNS, filter.conditions(after)))
                .param("tenant", user.tenantId())
                .param("user", user.id())
                .param("limit", limit)
                .params(filter.values(after))
                .param(
                        "forms",
                        filter.tag() == null
                                ? null
                                : tags.forms(user, filter.tag()).toArray(String[]::new))
                .query(rows::post)
                .list();
    }

    /** The ids of a post that is to be changed. */
    record Place(UUID id, UUID tenantId, UUID channelId) {}

    Optional<Place> locate(Caller caller, PostId id) {
        return locate(caller, id, "NOT p.is_deleted");
    }

    /** For operations that also apply to tombstones. */
    Optional<Place> locateAlsoDeleted(Caller caller, PostId id) {
        return locate(caller, id, "true");
    }

    private Optional<Place> locate(Caller caller, PostId id, String condition) {
        return database.sql(
                        """
                        SELECT p.id, p.tenant_id, p.channel_id FROM posts p
                        WHERE %s = :id AND %s
                          AND (CAST(:caller AS uuid) IS NULL OR p.tenant_id = :caller)
                        """
                                .formatted(id.column(), condition))
                .param("id", id.value())
                .param("caller", caller.tenantOrNull())
                .query(Place.class)
                .optional();
    }

    Optional<PostDetails> find(Caller caller, PostId id) {
        return database.sql(
                        """
                        SELECT %s, %s FROM posts p
                        WHERE %s = :id AND NOT p.is_deleted
                          AND (CAST(:caller AS uuid) IS NULL OR p.tenant_id = :caller)
                        """
                                .formatted(PostRows.COLUMNS, PostRows.ENRICHMENTS, id.column()))
                .param("id", id.value())
                .param("caller", caller.tenantOrNull())
                .query(rows::details)
                .optional();
    }

    TaggingStats.Counts taggingCounts(User user) {
        return database.sql(
                        """
                        SELECT p.tagging_status AS status, count(*) AS posts,
                               count(*) FILTER (WHERE jsonb_typeof(e.data -> 'tags') = 'array'
                                                  AND e.data -> 'tags' <> '[]') AS tagged
                        FROM user_channel s
                        JOIN posts p ON p.channel_id = s.channel_id AND p.tenant_id = :tenant AND NOT p.is_deleted
                        LEFT JOIN post_enrichment e ON e.post_id = p.id AND e.kind = 'tags'
                        WHERE s.user_id = :user AND s.is_active
                        GROUP BY p.tagging_status
                        """)
                .param("tenant", user.tenantId())
                .param("user", user.id())
                .query(TaggingStats.Counts::of);
    }
}
