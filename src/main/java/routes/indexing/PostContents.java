package routes.indexing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import routes.indexing.PostContent.IndexState;
import routes.posts.PostFeature;
import routes.posts.PostLock;

/** Reads the stored data of a post and writes the result of its indexing. */
@Repository
class PostContents {
    private final JdbcClient jdbc;
    private final ObjectMapper json;

    PostContents(JdbcClient jdbc, ObjectMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** The indexing result of a post. */
    record Row(UUID postId, String status, String reason, IndexState state, long revision) {}

    /** Locks the posts against concurrent indexing and clean-up until the end of the transaction, and reads them. */
    Map<UUID, PostContent> lock(Collection<UUID> postIds) {
        PostLock.take(jdbc, postIds);
        return read(postIds);
    }

    Map<UUID, PostContent> read(Collection<UUID> postIds) {
        return jdbc
                .sql(
                        """
                        SELECT to_jsonb(post) FROM (
                            SELECT p.id AS post_id, p.tenant_id, p.channel_id, p.number, p.content, p.attachment_text, p.posted_at,
                                   p.expires_at, p.is_deleted AS deleted, p.index_revision AS revision,
                                   nullif(p.index_state, '{}') AS state, p.urls,
                                   g.id AS album_id, i.position AS album_position, g.meta - 'assembly' AS album_meta,
                                   (SELECT r.id FROM posts r WHERE r.tenant_id = p.tenant_id AND r.channel_id = p.channel_id
                                      AND r.telegram_message_id = p.reply_to_message_id AND NOT r.is_deleted) AS reply_to,
                                   coalesce((SELECT c.id::text FROM channels c WHERE c.tg_channel_id = p.forward_from_chat_id),
                                            'tg:' || p.forward_from_chat_id, p.forward_from_name) AS forwarded_from,
                                   (SELECT jsonb_object_agg(e.kind, jsonb_build_object('data', e.data, 'metadata', e.metadata))
                                      FROM post_enrichment e WHERE e.post_id = p.id AND e.status <> 'error') AS enrichments,
                                   ARRAY(SELECT m.file_sha256 FROM post_media_map m
                                      JOIN media_objects o ON o.tenant_id = p.tenant_id AND o.file_sha256 = m.file_sha256
                                      WHERE m.post_id = p.id AND o.mime LIKE 'image/%%' ORDER BY m.position) AS images,
                                   %s AS has
                            FROM posts p
                            LEFT JOIN media_group_items i ON i.post_id = p.id
                            LEFT JOIN media_groups g ON g.id = i.group_id
                            WHERE p.id = ANY (?)) post
                        """
                                .formatted(PostFeature.CODES))
                .param(postIds.toArray(UUID[]::new))
                .query((row, number) -> content(row.getString(1)))
                .list()
                .stream()
                .collect(Collectors.toMap(PostContent::postId, post -> post, (one, other) -> one));
    }

    private PostContent content(String row) throws SQLException {
        try {
            return json.readValue(row, PostContent.class);
        } catch (JsonProcessingException e) {
            throw new SQLException("Cannot read the stored data of a post", e);
        }
    }

    /** Saves in id order, so that two batches cannot deadlock. */
    void save(List<Row> rows) {
        if (rows.isEmpty()) {
            return;
        }
        jdbc.sql(
                        """
                        WITH written AS (
                            SELECT w.* FROM jsonb_to_recordset(?::jsonb)
                                AS w (post_id uuid, status text, reason text, state jsonb, revision bigint)
                            JOIN posts ON posts.id = post_id ORDER BY post_id FOR NO KEY UPDATE OF posts)
                        UPDATE posts SET indexing_status = w.status, indexing_error = w.reason, index_state = w.state,
                            index_revision = greatest(index_revision, w.revision), indexed_at = now(), updated_at = now()
                        FROM written w WHERE posts.id = w.post_id
                        """)
                .param(json.valueToTree(rows).toString())
                .update();
    }

    void failed(UUID postId, String error) {
        jdbc.sql("UPDATE posts SET indexing_status = 'failed', indexing_error = ?, updated_at = now() WHERE id = ?")
                .params(error, postId)
                .update();
    }
}
