package routes.api;

import org.springframework.stereotype.Component;

/** Counts how far the posts are that a user sees. */
@Component
final class PipelineStore {

    private final ApiDatabase database;

    PipelineStore(ApiDatabase database) {
        this.database = database;
    }

    Pipeline count(User user) {
        return database.sql(
                        """
                        WITH channels AS (SELECT channel_id FROM user_channel WHERE user_id = :user AND is_active),
                             seen AS (
                                 SELECT p.id, p.is_deleted, p.tagging_status AS tagging, p.indexing_status AS indexing
                                 FROM posts p JOIN channels USING (channel_id) WHERE p.tenant_id = :tenant),
                             there AS (SELECT * FROM seen WHERE NOT is_deleted)
                        SELECT (SELECT count(*) FROM seen) AS parsed,
                               (SELECT count(*) FROM seen WHERE is_deleted) AS deleted,
                               count(*) FILTER (WHERE tagging = 'success') AS tagged,
                               count(*) FILTER (WHERE tagging = 'skipped') AS tagging_skipped,
                               count(*) FILTER (WHERE tagging IN ('pending', 'retrying')) AS tagging_open,
                               count(*) FILTER (WHERE tagging = 'failed') AS tagging_failed,
                               count(*) FILTER (WHERE EXISTS (SELECT 1 FROM post_enrichment e
                                                              WHERE e.post_id = there.id AND e.kind = 'vision')) AS with_vision,
                               count(*) FILTER (WHERE EXISTS (SELECT 1 FROM post_enrichment e
                                                              WHERE e.post_id = there.id AND e.kind = 'crawl')) AS crawled,
                               count(*) FILTER (WHERE indexing = 'indexed') AS indexed,
                               count(*) FILTER (WHERE indexing = 'skipped') AS index_skipped,
                               count(*) FILTER (WHERE indexing = 'pending') AS index_open,
                               count(*) FILTER (WHERE indexing = 'failed') AS index_failed,
                               (SELECT count(DISTINCT i.group_id) FROM media_group_items i
                                JOIN there ON there.id = i.post_id) AS albums,
                               (SELECT count(DISTINCT m.file_sha256) FROM post_media_map m
                                JOIN there ON there.id = m.post_id
                                JOIN media_objects o ON o.tenant_id = :tenant AND o.file_sha256 = m.file_sha256) AS media
                        FROM there
                        """)
                .param("user", user.id())
                .param("tenant", user.tenantId())
                .query(Pipeline.class)
                .single();
    }
}
