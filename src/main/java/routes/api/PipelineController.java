package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.UUID;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import routes.api.access.ApiDatabase;
import routes.operations.StreamStates;

/**
 * Counts the posts that a user may see, by pipeline state.
 *
 * @param states absent in a process without the pipeline
 */
@RestController
record PipelineController(UserStore users, ApiDatabase database, ObjectProvider<StreamStates> states) {

    /** The posts of the channels that the user reads. Each subquery scans them separately, which is faster than one join for all. */
    private static final String POSTS =
            """
            FROM user_channel s JOIN posts p ON s.user_id = :user AND s.is_active
                AND p.channel_id = s.channel_id AND p.tenant_id = :tenant
            """;

    /**
     * The posts of a user's channels by state: each is deleted, or in one tagging state and one indexing state.
     *
     * @param parsed all posts
     * @param deleted deleted posts; not in any other count except {@code parsed}
     * @param tagged with tags
     * @param taggingSkipped without content to tag
     * @param taggingOpen pending or retrying
     * @param taggingFailed failed permanently
     * @param withVision with a vision result
     * @param crawled with fetched pages
     * @param indexed in the index
     * @param indexSkipped without content to index
     * @param indexOpen not yet in the index
     * @param indexFailed posts whose last indexing attempt failed
     * @param albums albums with at least one post that is not deleted
     * @param media distinct stored files
     * @param deadLetters posts with a dead letter, which no stage processes further; absent if zero
     */
    record Pipeline(
            long parsed,
            long deleted,
            long tagged,
            long taggingSkipped,
            long taggingOpen,
            long taggingFailed,
            long withVision,
            long crawled,
            long indexed,
            long indexSkipped,
            long indexOpen,
            long indexFailed,
            long albums,
            long media,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) long deadLetters) {}

    @GetMapping("/users/{user_id}/pipeline")
    Pipeline read(@PathVariable("user_id") long id) {
        User user = users.require(id);
        UUID[] dead = states.stream()
                .flatMap(all -> all.postsWithDeadLetters().stream())
                .toArray(UUID[]::new);
        return database.rows(
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
                             (SELECT count(*) FILTER (WHERE e.kind = 'vision' AND e.provider <> 'none') AS with_vision,
                                     count(*) FILTER (WHERE e.kind = 'crawl' AND e.status <> 'error') AS crawled
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
                .query(ApiDatabase.as(Pipeline.class))
                .single();
    }
}
