package routes.operations;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Counts posts by state in the database. */
@Component
public record PipelineCounts(JdbcClient jdbc) {

    /**
     * Posts by state.
     *
     * @param parsed all posts
     * @param deleted tombstones; not in any other count
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
     * @param albums albums
     * @param media stored files
     */
    public record Counts(
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
            long media) {

        long failed() {
            return taggingFailed + indexFailed;
        }

        /** Returns whether every post is either deleted, or in exactly one tagging state and one indexing state. */
        public boolean balance() {
            return parsed == deleted + tagged + taggingSkipped + taggingOpen + taggingFailed
                    && parsed == deleted + indexed + indexSkipped + indexOpen + indexFailed;
        }
    }

    public Counts counts() {
        return jdbc.sql(
                        """
                        SELECT count(*) AS parsed,
                               count(*) FILTER (WHERE tagging = 'deleted') AS deleted,
                               count(*) FILTER (WHERE tagging = 'success') AS tagged,
                               count(*) FILTER (WHERE tagging = 'skipped') AS tagging_skipped,
                               count(*) FILTER (WHERE tagging IN ('pending', 'retrying')) AS tagging_open,
                               count(*) FILTER (WHERE tagging = 'failed') AS tagging_failed,
                               count(*) FILTER (WHERE EXISTS (SELECT 1 FROM post_enrichment e
                                                              WHERE e.post_id = p.id AND e.kind = 'vision' AND e.provider <> 'none')) AS with_vision,
                               count(*) FILTER (WHERE EXISTS (SELECT 1 FROM post_enrichment e
                                                              WHERE e.post_id = p.id AND e.kind = 'crawl'
                                                                AND e.status <> 'error')) AS crawled,
                               count(*) FILTER (WHERE indexing = 'indexed') AS indexed,
                               count(*) FILTER (WHERE indexing = 'skipped') AS index_skipped,
                               count(*) FILTER (WHERE indexing = 'pending') AS index_open,
                               count(*) FILTER (WHERE indexing = 'failed') AS index_failed,
                               (SELECT count(*) FROM media_groups WHERE items_count > 0) AS albums,
                               (SELECT count(*) FROM media_objects) AS media
                        FROM (SELECT id, CASE WHEN is_deleted THEN 'deleted' ELSE tagging_status END AS tagging,
                                     CASE WHEN is_deleted THEN 'deleted' ELSE indexing_status END AS indexing
                              FROM posts) p
                        """)
                .query(Counts.class)
                .single();
    }
}
