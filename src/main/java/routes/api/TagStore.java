package routes.api;

import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** The tags of the posts in the channels that a user reads. */
@Component
final class TagStore {

    private static final int POSTS = 20_000;

    private final ApiDatabase database;

    TagStore(ApiDatabase database) {
        this.database = database;
    }

    /**
     * Tags that differ only as {@link PostFilter#sameTag} says are one, shown as most posts write it. Only the newest
     * {@value #POSTS} posts are looked at: what a channel wrote about lately, in a time that does not grow with it.
     *
     * @param filter which posts count
     * @param prefix null does not restrict
     */
    List<TagCount> most(User user, PostFilter filter, String prefix, int limit) {
        return database.sql(
                        """
                        SELECT (array_agg(tag ORDER BY posts DESC, tag))[1] AS tag, CAST(sum(posts) AS bigint) AS posts
                        FROM (SELECT tag #>> '{}' AS tag, count(*) AS posts
                              FROM (SELECT newest.id FROM user_channel s
                                    CROSS JOIN LATERAL (
                                        SELECT p.id, p.posted_at, p.number FROM posts p
                                        WHERE p.tenant_id = :tenant AND p.channel_id = s.channel_id AND NOT p.is_deleted %s
                                        ORDER BY p.posted_at DESC, p.number DESC LIMIT :newest) newest
                                    WHERE s.user_id = :user AND s.is_active
                                    ORDER BY newest.posted_at DESC, newest.number DESC LIMIT :newest) p
                              JOIN post_enrichment e ON e.post_id = p.id AND e.kind = 'tags',
                              jsonb_path_query(e.data, '$.tags[*]') tag
                              GROUP BY tag) tags
                        WHERE CAST(:prefix AS text) IS NULL OR starts_with(%s, %s)
                        GROUP BY %s
                        ORDER BY posts DESC, tag
                        LIMIT :limit
                        """
                                .formatted(
                                        filter.conditions(Optional.empty()),
                                        PostFilter.sameTag("tag"),
                                        PostFilter.sameTag("CAST(:prefix AS text)"),
                                        PostFilter.sameTag("tag")))
                .param("newest", POSTS)
                .param("tenant", user.tenantId())
                .param("user", user.id())
                .param("prefix", prefix)
                .param("limit", limit)
                .params(filter.values(Optional.empty()))
                .query(TagCount.class)
                .list();
    }
}
