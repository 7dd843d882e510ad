package routes.tagpersistence;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import routes.events.PostTagged;
import routes.events.TagSetVersion;
import routes.posts.PostNotThereYetException;

/** The rows of {@code post_enrichment} of kind {@code tags}; no other kind is touched. */
@Repository
class TagRows {

    /** The newest set that was accepted; {@code data} may be of an earlier one with the same tags. */
    record Stored(TagSetVersion version, String tagsHash, boolean hasTags) {}

    private final JdbcClient jdbc;
    private final ObjectMapper json;

    TagRows(JdbcClient jdbc, ObjectMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /**
     * Holds the post until the end of the transaction: two first sets of it follow each other, and its deletion waits.
     *
     * @return false if the post is deleted
     * @throws PostNotThereYetException while the post is not stored
     */
    boolean holdPost(PostTagged event) {
        return jdbc.sql(
                        """
                        SELECT NOT is_deleted FROM posts WHERE id = :id AND (:tenant::uuid IS NULL OR tenant_id = :tenant::uuid)
                        FOR NO KEY UPDATE
                        """)
                .param("id", event.postId())
                .param("tenant", event.tenantId())
                .query(Boolean.class)
                .optional()
                .orElseThrow(() -> new PostNotThereYetException(event.postId()));
    }

    Optional<Stored> lock(UUID postId) {
        return jdbc.sql("SELECT metadata, data FROM post_enrichment WHERE post_id = :id AND kind = 'tags' FOR UPDATE")
                .param("id", postId)
                .query((row, number) -> stored(parse(row.getString("metadata")), parse(row.getString("data"))))
                .optional();
    }

    void insert(PostTagged event) {
        write(
                event,
                """
                INSERT INTO post_enrichment (post_id, kind, provider, data, metadata)
                VALUES (:id, 'tags', :provider, :data::jsonb, :metadata::jsonb)
                """);
    }

    void replace(PostTagged event) {
        write(
                event,
                """
                UPDATE post_enrichment
                SET provider = :provider, data = :data::jsonb, metadata = :metadata::jsonb, updated_at = now()
                WHERE post_id = :id AND kind = 'tags'
                """);
    }

    /** The tags did not change, so neither do {@code data} and {@code updated_at}. */
    void moveVersionsOn(PostTagged event) {
        jdbc.sql("UPDATE post_enrichment SET metadata = :metadata::jsonb WHERE post_id = :id AND kind = 'tags'")
                .param("id", event.postId())
                .param("metadata", metadata(event).toString())
                .update();
    }

    private void write(PostTagged event, String sql) {
        jdbc.sql(sql)
                .param("id", event.postId())
                .param("provider", Objects.requireNonNullElse(event.provider(), "unknown"))
                .param("data", data(event).toString())
                .param("metadata", metadata(event).toString())
                .update();
    }

    private ObjectNode data(PostTagged event) {
        ObjectNode data = json.createObjectNode();
        data.set("tags", json.valueToTree(event.tags()));
        data.put("provider", event.provider());
        data.put("model", event.model());
        data.put("trigger", event.trigger().text());
        data.setAll(versions(event));
        return data;
    }

    private ObjectNode metadata(PostTagged event) {
        ObjectNode metadata =
                event.metadata() == null ? json.createObjectNode() : json.<ObjectNode>valueToTree(event.metadata());
        metadata.setAll(versions(event));
        return metadata;
    }

    private ObjectNode versions(PostTagged event) {
        return json.createObjectNode()
                .put("tags_hash", event.tagsHash())
                .put("content_version", event.contentVersion())
                .put("vision_version", event.visionVersion())
                .put("features_hash", event.featuresHash())
                .put("occurred_at", event.occurredAt().toString());
    }

    private static Stored stored(JsonNode metadata, JsonNode data) {
        return new Stored(
                TagSetVersion.of(
                        metadata.path("content_version").asLong(),
                        metadata.path("vision_version").asText(null),
                        Instant.parse(metadata.path("occurred_at").asText())),
                metadata.path("tags_hash").asText(),
                !data.path("tags").isEmpty());
    }

    private JsonNode parse(String text) {
        try {
            return json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("post_enrichment holds what is no JSON", e);
        }
    }
}
