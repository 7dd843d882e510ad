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
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import routes.events.Event;
import routes.events.IdempotencyKeys;
import routes.events.PostEnriched;
import routes.events.PostParsed;
import routes.events.PostTagged;
import routes.events.Trigger;
import routes.posts.PostEvents;

/** Recreates events from the stored data. */
@Repository
class LostEvents {
    private static final String SELECT =
            """
            SELECT p.id, p.tenant_id, p.channel_id, p.trace_id,
                   t.provider, t.data::text AS tags, t.metadata::text AS tags_metadata,
                   ARRAY(SELECT jsonb_array_elements_text(p.urls)) AS links,
                   coalesce((SELECT min(s.user_id) FROM user_channel s JOIN users u ON u.id = s.user_id
                             WHERE s.channel_id = p.channel_id AND u.tenant_id = p.tenant_id AND s.is_active), 0) AS reader
            FROM posts p
            JOIN post_enrichment t ON t.post_id = p.id AND t.kind = 'tags'
            WHERE p.id IN (:ids) ORDER BY p.number
            """;
    private static final List<String> VERSIONS =
            List.of("tags_hash", "content_version", "vision_version", "features_hash", "occurred_at");
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final PostEvents posts;
    private final ObjectMapper json;
    private final Clock clock;

    LostEvents(JdbcClient jdbc, PostEvents posts, ObjectMapper json, Clock clock) {
        this.jdbc = jdbc;
        this.posts = posts;
        this.json = json;
        this.clock = clock;
    }

    /** As ingest created them. The request id makes the stages ignore earlier results. */
    List<PostParsed> parsed(Collection<UUID> ids) {
        return posts.parsed(
                ids, Optional.empty(), "reconcile-" + clock.instant().getEpochSecond());
    }

    /** The stored tags with their stored version, so that no stage treats them as newer. */
    List<PostTagged> tagged(Collection<UUID> ids) {
        return ids.isEmpty()
                ? List.of()
                : jdbc.sql(SELECT)
                        .param("ids", ids)
                        .query((row, number) -> tagged(row))
                        .list();
    }

    /** The enriched events for the stored tags, for the index alone: nothing is tagged, stored or fetched again. */
    List<PostEnriched> enriched(Collection<UUID> ids) {
        return tagged(ids).stream().map(LostEvents::enriched).toList();
    }

    private static PostEnriched enriched(PostTagged tags) {
        return new PostEnriched(
                Event.SCHEMA_VERSION,
                tags.traceId(),
                tags.occurredAt(),
                IdempotencyKeys.postEnriched(
                        tags.postId(),
                        "tagged",
                        List.of(
                                Long.toString(tags.contentVersion()),
                                String.valueOf(tags.visionVersion()),
                                tags.tagsHash())),
                tags.postId(),
                tags.tenantId(),
                "tagged",
                tags.tags(),
                tags.tagsHash(),
                tags.trigger(),
                tags.contentVersion(),
                tags.visionVersion(),
                null,
                tags.urls(),
                null,
                null,
                true,
                "reindex",
                null,
                null,
                null,
                null);
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
}
