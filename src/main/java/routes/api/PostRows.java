package routes.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import routes.events.Json;

/** What is selected of {@code posts p}, and how its rows are read. */
final class PostRows {

    static final String TAGS =
            """
            ARRAY(SELECT tag #>> '{}' FROM post_enrichment e, jsonb_path_query(e.data, '$.tags[*]') tag
                  WHERE e.post_id = p.id AND e.kind = 'tags') AS tags
            """;

    static final String COLUMNS = TAGS
            + """
            ,
            p.id, p.number, p.channel_id, p.telegram_message_id, p.content, p.tagging_status, p.tagging_attempts,
            p.tagging_error, p.indexing_status, p.posted_at, p.edited_at, p.telegram_post_url, p.grouped_id,
            ARRAY(SELECT url #>> '{}' FROM jsonb_path_query(p.urls, '$[*]') url) AS urls,
            (SELECT min(i.group_id) FROM media_group_items i WHERE i.post_id = p.id) AS album_id,
            (SELECT jsonb_agg(jsonb_build_object('sha256', m.file_sha256, 'mime_type', o.mime,
                                                 'size_bytes', o.size_bytes, 's3_key', o.s3_key)
                              ORDER BY m.position, m.file_sha256)
             FROM post_media_map m
             LEFT JOIN media_objects o ON o.tenant_id = p.tenant_id AND o.file_sha256 = m.file_sha256
             WHERE m.post_id = p.id) AS media
            """;

    /** The stored data of each kind, beside it how its making went. */
    static final String ENRICHMENTS =
            """
            (SELECT jsonb_object_agg(e.kind, jsonb_build_object(
                        'provider', e.provider, 'status', e.status, 'error', e.error, 'metadata', e.metadata,
                        'updated_at', to_char(e.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
                    || e.data)
             FROM post_enrichment e WHERE e.post_id = p.id) AS enrichments
            """;

    private static final TypeReference<List<Post.Media>> MEDIA = new TypeReference<>() {};

    private final ObjectMapper json = Json.newMapper();

    Post post(ResultSet row, int n) throws SQLException {
        return new Post(
                row.getObject("id", UUID.class),
                row.getLong("number"),
                row.getObject("channel_id", UUID.class),
                row.getLong("telegram_message_id"),
                row.getString("content"),
                strings(row, "tags"),
                row.getString("tagging_status"),
                row.getInt("tagging_attempts"),
                row.getString("tagging_error"),
                row.getString("indexing_status"),
                ApiDatabase.instant(row, "posted_at"),
                ApiDatabase.instant(row, "edited_at"),
                row.getString("telegram_post_url"),
                row.getObject("grouped_id", Long.class),
                row.getObject("album_id", Long.class),
                media(row.getString("media")),
                strings(row, "urls"));
    }

    PostDetails details(ResultSet row, int n) throws SQLException {
        JsonNode kinds = parse(row.getString("enrichments"));
        return new PostDetails(
                post(row, n),
                new PostDetails.Enrichments(
                        kinds.get("tags"), kinds.get("vision"), kinds.get("ocr"), kinds.get("crawl")));
    }

    static List<String> strings(ResultSet row, String column) throws SQLException {
        return List.of((String[]) row.getArray(column).getArray());
    }

    private List<Post.Media> media(String text) throws SQLException {
        try {
            return text == null ? List.of() : json.readValue(text, MEDIA);
        } catch (JsonProcessingException e) {
            throw new SQLException("The media of a post are not as selected: " + text, e);
        }
    }

    private JsonNode parse(String text) throws SQLException {
        try {
            return text == null ? json.createObjectNode() : json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new SQLException("PostgreSQL's JSON cannot be read", e);
        }
    }
}
