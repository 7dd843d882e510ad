package routes.reconcile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import routes.events.ContentHash;
import routes.events.Event;
import routes.events.IdempotencyKeys;
import routes.events.PostParsed;
import routes.events.PostTagged;
import routes.events.Trigger;

/** Makes events anew from what is stored. */
@Repository
class LostEvents {
    private static final String SELECT =
            """
            SELECT p.*, c.tg_channel_id, t.provider, t.data::text AS tags, t.metadata::text AS tags_metadata,
                   ARRAY(SELECT file_sha256 FROM post_media_map m WHERE m.post_id = p.id ORDER BY position) AS files,
                   ARRAY(SELECT jsonb_array_elements_text(p.urls)) AS links,
                   coalesce((SELECT min(s.user_id) FROM user_channel s JOIN users u ON u.id = s.user_id
                             WHERE s.channel_id = p.channel_id AND u.tenant_id = p.tenant_id AND s.is_active), 0) AS reader
            FROM posts p
            JOIN channels c ON c.id = p.channel_id
            LEFT JOIN post_enrichment t ON t.post_id = p.id AND t.kind = 'tags'
            WHERE p.id IN (:ids) ORDER BY p.number
            """;
    private static final List<String> VERSIONS =
            List.of("tags_hash", "content_version", "vision_version", "features_hash", "occurred_at");
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final ObjectMapper json;
    private final Clock clock;

    LostEvents(JdbcClient jdbc, ObjectMapper json, Clock clock) {
        this.jdbc = jdbc;
        this.json = json;
        this.clock = clock;
    }

    /** As ingest made them, on behalf of a reader of the channel. The request id lets them past what was done before. */
    List<PostParsed> parsed(Collection<UUID> ids) {
        return query(ids, this::parsed);
    }

    /** The stored tags with the version they have, so that nobody takes them for newer ones. */
    List<PostTagged> tagged(Collection<UUID> ids) {
        return query(ids, this::tagged);
    }

    private interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    private <T> List<T> query(Collection<UUID> ids, Reader<T> reader) {
        return ids.isEmpty()
                ? List.of()
                : jdbc.sql(SELECT)
                        .param("ids", ids)
                        .query((row, number) -> reader.read(row))
                        .list();
    }

    private PostParsed parsed(ResultSet row) throws SQLException {
        UUID tenant = row.getObject("tenant_id", UUID.class);
        long channel = row.getLong("tg_channel_id");
        long message = row.getLong("telegram_message_id");
        long version = row.getLong("content_version");
        String text = row.getString("content");
        List<String> links = strings(row, "links");
        Instant now = clock.instant();
        String request = "reconcile-" + now.getEpochSecond();
        return new PostParsed(
                Event.SCHEMA_VERSION,
                traceId(row),
                now,
                IdempotencyKeys.postParsed(tenant, channel, message, version, request),
                row.getString("reader"),
                tenant,
                row.getObject("channel_id", UUID.class),
                row.getObject("id", UUID.class),
                text,
                links,
                instant(row, "posted_at"),
                version,
                version == 0 ? Trigger.INITIAL : Trigger.EDIT,
                request,
                strings(row, "files"),
                row.getObject("grouped_id", Long.class),
                Objects.requireNonNullElseGet(row.getString("content_hash"), () -> ContentHash.of(text)),
                links.size(),
                message,
                message,
                channel,
                row.getString("telegram_post_url"),
                row.getBoolean("has_media"),
                row.getBoolean("is_edited"),
                row.getInt("views_count"),
                row.getInt("forwards_count"),
                row.getInt("reactions_count"),
                row.getObject("forward_from_chat_id", Long.class),
                row.getObject("forward_from_message_id", Long.class),
                instant(row, "forward_date"),
                row.getString("forward_from_name"),
                row.getObject("reply_to_message_id", Long.class),
                row.getString("author_name"));
    }

    private PostTagged tagged(ResultSet row) throws SQLException {
        UUID id = row.getObject("id", UUID.class);
        JsonNode data = parse(row.getString("tags"));
        ObjectNode metadata = (ObjectNode) parse(row.getString("tags_metadata"));
        Trigger trigger = Trigger.of(data.path("trigger").asText(Trigger.INITIAL.text()));
        long version = metadata.path("content_version").asLong();
        String vision = metadata.path("vision_version").asText(null);
        String hash = metadata.path("tags_hash").asText();
        Instant occurredAt = Instant.parse(metadata.path("occurred_at").asText());
        String features = metadata.path("features_hash").asText(null);
        Map<String, Object> remarks = json.convertValue(metadata.deepCopy().remove(VERSIONS), OBJECT);
        return new PostTagged(
                Event.SCHEMA_VERSION,
                traceId(row),
                occurredAt,
                IdempotencyKeys.postTagged(id, version, trigger, vision, hash),
                id,
                row.getObject("tenant_id", UUID.class),
                row.getString("reader"),
                row.getObject("channel_id", UUID.class),
                json.convertValue(data.path("tags"), new TypeReference<List<String>>() {}),
                hash,
                List.of(),
                strings(row, "links"),
                row.getString("provider"),
                data.path("model").asText(null),
                null,
                trigger,
                version,
                vision,
                features,
                remarks.isEmpty() ? null : remarks);
    }

    private static String traceId(ResultSet row) throws SQLException {
        return Objects.requireNonNullElseGet(
                row.getString("trace_id"), () -> UUID.randomUUID().toString().replace("-", ""));
    }

    private JsonNode parse(String text) {
        try {
            return json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("post_enrichment holds what is no JSON: " + text, e);
        }
    }

    private static List<String> strings(ResultSet row, String column) throws SQLException {
        return List.of((String[]) row.getArray(column).getArray());
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
