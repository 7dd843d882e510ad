package routes.api;

import java.util.List;
import org.springframework.stereotype.Component;

/** The tags of the posts in the channels that a user reads. */
@Component
final class TagStore {

    private final ApiDatabase database;

    TagStore(ApiDatabase database) {
        this.database = database;
    }

    /**
     * Tags that differ only as {@link PostFilter#sameTag} says are one, shown as most posts write it.
     *
     * @param prefix null does not restrict
     */
    List<TagCount> most(User user, String prefix, int limit) {
        return database.sql(
                        """
                        SELECT mode() WITHIN GROUP (ORDER BY tag) AS tag, count(DISTINCT post_id) AS posts
                        FROM (SELECT p.id AS post_id, tag #>> '{}' AS tag, %s AS same
                              FROM user_channel s
                              JOIN posts p ON p.tenant_id = :tenant AND p.channel_id = s.channel_id AND NOT p.is_deleted
                              JOIN post_enrichment e ON e.post_id = p.id AND e.kind = 'tags',
                              jsonb_path_query(e.data, '$.tags[*]') tag
                              WHERE s.user_id = :user AND s.is_active) tags
                        WHERE CAST(:prefix AS text) IS NULL OR starts_with(same, %s)
                        GROUP BY same
                        ORDER BY posts DESC, same
                        LIMIT :limit
                        """
                                .formatted(
                                        PostFilter.sameTag("(tag #>> '{}')"),
                                        PostFilter.sameTag("CAST(:prefix AS text)")))
                .param("tenant", user.tenantId())
                .param("user", user.id())
                .param("prefix", prefix)
                .param("limit", limit)
                .query(TagCount.class)
                .list();
    }
}
