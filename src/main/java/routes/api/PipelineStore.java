package routes.api;

import java.util.UUID;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import routes.operations.StreamStates;

/** Counts the posts that a user sees, by pipeline state. */
@Component
final class PipelineStore {

    /** The posts of the channels that the user reads. Each subquery scans them separately, which is faster than one join for all. */
    private static final String POSTS =
            """
            FROM user_channel s JOIN posts p ON s.user_id = :user AND s.is_active
                AND p.channel_id = s.channel_id AND p.tenant_id = :tenant
            """;

    private final ApiDatabase database;
    private final ObjectProvider<StreamStates> states;

    /** @param states absent in a process without the pipeline */
    PipelineStore(ApiDatabase database, ObjectProvider<StreamStates> states) {
        this.database = database;
        this.states = states;
    }

    Pipeline count(User user) {
        UUID[] dead = states.stream()
                .flatMap(all -> all.postsWithDeadLetters().stream())
                .toArray(UUID[]::new);
        return database.sql(
                        """
                        SELECT posts.*, found.*, albums.*, files.*, letters.*
                        FROM (SELECT count(*) AS parsed,
                                     count(*) FILTER (WHERE is_deleted) AS deleted,
                                     count(*) FILTER (WHERE there AND tagging = 'success') AS tagged,
                                     count(*) FILTER (WHERE there AND tagging = 'skipped') AS tagging_skipped,
                                     count(*) FILTER (WHERE there AND tagging IN ('pending', 'retrying')) AS tagging_open,
                                     count(*) FILTER (WHERE there AND tagging = 'failed') AS tagging_failed,
                                     count(*) FILTER (WHERE there AND indexing = 'indexed') AS indexed,
                                     count(*) FILTER (WHERE there AND indexing = 'skipped') AS index_skipped,
                                     count(*) FILTER (WHERE there AND indexing = 'pending') AS index_open,
                                     count(*) FILTER (WHERE there AND indexing = 'failed') AS index_failed
                              FROM (SELECT p.is_deleted, NOT p.is_deleted AS there, p.tagging_status AS tagging,
                                           p.indexing_status AS indexing %1$s) p) posts,
                             (SELECT count(*) FILTER (WHERE e.kind = 'vision') AS with_vision,
                                     count(*) FILTER (WHERE e.kind = 'crawl') AS crawled
                              %1$s JOIN post_enrichment e ON e.post_id = p.id AND e.kind IN ('vision', 'crawl')
                              AND NOT p.is_deleted) found,
                             (SELECT count(DISTINCT i.group_id) AS albums
                              %1$s JOIN media_group_items i ON i.post_id = p.id AND NOT p.is_deleted) albums,
                             (SELECT count(DISTINCT m.file_sha256) AS media
                              %1$s JOIN post_media_map m ON m.post_id = p.id AND NOT p.is_deleted
                              JOIN media_objects o ON o.tenant_id = :tenant AND o.file_sha256 = m.file_sha256) files,
                             (SELECT count(*) AS dead_letters %1$s AND p.id = ANY (:dead) AND NOT p.is_deleted) letters
                        """
                                .formatted(POSTS))
                .param("user", user.id())
                .param("tenant", user.tenantId())
                .param("dead", dead)
                .query(Pipeline.class)
                .single();
    }
}
