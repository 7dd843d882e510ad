package routes.indexing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import routes.events.TagSetVersion;
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

    /** Locks the posts against concurrent indexing and clean-up until the end of the transaction. */
    void lock(Collection<UUID> postIds) {
        PostLock.take(jdbc, postIds);
    }

    Map<UUID, PostContent> find(Collection<UUID> postIds) {
        return jdbc
                .sql(
                        """
                        SELECT p.*, g.id AS album_id, i.position AS album_position, g.meta AS album_meta,
                               (SELECT r.id FROM posts r WHERE r.tenant_id = p.tenant_id AND r.channel_id = p.channel_id
                                  AND r.telegram_message_id = p.reply_to_message_id AND NOT r.is_deleted) AS reply_to,
                               coalesce((SELECT c.id::text FROM channels c WHERE c.tg_channel_id = p.forward_from_chat_id),
                                        'tg:' || p.forward_from_chat_id, p.forward_from_name) AS forwarded_from,
                               (SELECT jsonb_object_agg(e.kind, jsonb_build_object('data', e.data, 'metadata', e.metadata))
                                  FROM post_enrichment e WHERE e.post_id = p.id AND e.status <> 'error') AS enrichments,
                               (SELECT jsonb_agg(m.file_sha256 ORDER BY m.position) FROM post_media_map m
                                  JOIN media_objects o ON o.tenant_id = p.tenant_id AND o.file_sha256 = m.file_sha256
                                  WHERE m.post_id = p.id AND o.mime LIKE 'image/%') AS images
                        FROM posts p
                        LEFT JOIN media_group_items i ON i.post_id = p.id
                        LEFT JOIN media_groups g ON g.id = i.group_id
                        WHERE p.id = ANY (?)
                        """)
                .param(postIds.toArray(UUID[]::new))
                .query((row, number) -> content(row))
                .list()
                .stream()
                .collect(Collectors.toMap(PostContent::postId, post -> post, (one, other) -> one));
    }

    /** In id order, so that two batches cannot deadlock. */
    void save(List<Row> rows) {
        if (rows.isEmpty()) {
            return;
        }
        jdbc.sql(
                        """
                        WITH written AS (
                            SELECT w.* FROM unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::bigint[])
                                AS w (id, status, reason, state, revision)
                            JOIN posts USING (id) ORDER BY id FOR NO KEY UPDATE OF posts)
                        UPDATE posts SET indexing_status = w.status, indexing_error = w.reason, index_state = w.state::jsonb,
                            index_revision = greatest(index_revision, w.revision), indexed_at = now(), updated_at = now()
                        FROM written w WHERE posts.id = w.id
                        """)
                .params(
                        rows.stream().map(Row::postId).toArray(UUID[]::new),
                        rows.stream().map(Row::status).toArray(String[]::new),
                        rows.stream().map(Row::reason).toArray(String[]::new),
                        rows.stream().map(row -> write(row.state())).toArray(String[]::new),
                        rows.stream().map(Row::revision).toArray(Long[]::new))
                .update();
    }

    void failed(UUID postId, String error) {
        jdbc.sql(
                        "UPDATE posts SET indexing_status = 'failed', indexing_error = :error, updated_at = now() WHERE id = :id")
                .param("id", postId)
                .param("error", error)
                .update();
    }

    private PostContent content(ResultSet row) throws SQLException {
        JsonNode enrichments = parse(row.getString("enrichments"));
        JsonNode tags = enrichments.path("tags");
        return new PostContent(
                row.getObject("id", UUID.class),
                row.getObject("tenant_id", UUID.class),
                row.getObject("channel_id", UUID.class),
                row.getLong("number"),
                row.getString("content"),
                row.getString("attachment_text"),
                instant(row, "posted_at"),
                instant(row, "expires_at"),
                row.getBoolean("is_deleted"),
                row.getLong("index_revision"),
                state(row.getString("index_state")),
                strings(tags.path("data").path("tags")),
                version(tags.path("metadata")),
                enrichments.path("vision").path("data"),
                enrichments.path("ocr").path("data"),
                enrichments.path("crawl").path("data"),
                row.getObject("album_id", Long.class),
                row.getInt("album_position"),
                parse(row.getString("album_meta")),
                strings(parse(row.getString("urls"))),
                strings(parse(row.getString("images"))),
                row.getString("forwarded_from"),
                row.getObject("reply_to", UUID.class));
    }

    private static TagSetVersion version(JsonNode metadata) {
        return metadata.has("occurred_at")
                ? TagSetVersion.of(
                        metadata.path("content_version").asLong(),
                        metadata.path("vision_version").asText(null),
                        Instant.parse(metadata.path("occurred_at").asText()))
                : IndexState.EMPTY.version();
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static List<String> strings(JsonNode array) {
        List<String> strings = new ArrayList<>();
        array.forEach(item -> strings.add(item.asText()));
        return List.copyOf(strings);
    }

    private IndexState state(String text) throws SQLException {
        try {
            return "{}".equals(text) ? IndexState.EMPTY : json.readValue(text, IndexState.class);
        } catch (JsonProcessingException e) {
            throw new SQLException("posts.index_state cannot be read: " + text, e);
        }
    }

    private JsonNode parse(String text) throws SQLException {
        try {
            return text == null ? MissingNode.getInstance() : json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new SQLException("A column holds what is no JSON", e);
        }
    }

    private String write(IndexState state) {
        try {
            return json.writeValueAsString(state);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("An index state cannot be written", e);
        }
    }
}
