package routes.tagpersistence;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import routes.events.PostTagged;
import routes.events.TagSetVersion;

/** The rows of {@code post_enrichment} of kind {@code tags}; no other kind is touched. */
@Repository
class TagRows {

    record Post(UUID id, UUID tenantId, boolean deleted) {}

    /** The newest accepted set; {@code data} may be from an earlier one with the same tags. */
    record Stored(TagSetVersion version, String tagsHash, boolean hasTags) {}

    private final JdbcClient jdbc;
    private final ObjectMapper json;

    TagRows(JdbcClient jdbc, ObjectMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /**
     * Locks posts until the end of the transaction: serializes two first sets of one post, and makes its deletion wait. Always in
     * id order, so that two batches cannot deadlock.
     *
     * @return the posts that are stored
     */
    Map<UUID, Post> holdPosts(Collection<UUID> ids) {
        return jdbc
                .sql("SELECT id, tenant_id, is_deleted AS deleted FROM posts WHERE id = ANY (:ids) ORDER BY id FOR NO KEY UPDATE")
                .param("ids", ids.toArray(UUID[]::new))
                .query(Post.class)
                .list()
                .stream()
                .collect(Collectors.toMap(Post::id, post -> post));
    }

    /** The stored sets of the posts. */
    Map<UUID, Stored> stored(Collection<UUID> postIds) {
        Map<UUID, Stored> stored = new HashMap<>();
        jdbc.sql(
                        """
                        SELECT post_id, (metadata->>'content_version')::bigint AS content_version,
                               metadata->>'vision_version' AS vision_version, metadata->>'occurred_at' AS occurred_at,
                               metadata->>'tags_hash' AS tags_hash, jsonb_array_length(data->'tags') > 0 AS has_tags
                        FROM post_enrichment WHERE post_id = ANY (:ids) AND kind = 'tags'
                        """)
                .param("ids", postIds.toArray(UUID[]::new))
                .query(row -> {
                    TagSetVersion version = TagSetVersion.of(
                            row.getLong("content_version"),
                            row.getString("vision_version"),
                            Instant.parse(row.getString("occurred_at")));
                    stored.put(
                            row.getObject("post_id", UUID.class),
                            new Stored(version, row.getString("tags_hash"), row.getBoolean("has_tags")));
                });
        return stored;
    }

    /** Inserts sets, or replaces those with other tags; one for each post. */
    void replace(Collection<PostTagged> events) {
        if (events.isEmpty()) {
            return;
        }
        jdbc.sql(
                        """
                        INSERT INTO post_enrichment (post_id, kind, provider, data, metadata)
                        SELECT id, 'tags', provider, data::jsonb, metadata::jsonb
                        FROM unnest(:ids, :providers, :data, :metadata) AS tags (id, provider, data, metadata)
                        ON CONFLICT (post_id, kind) DO UPDATE
                        SET provider = excluded.provider, data = excluded.data, metadata = excluded.metadata, updated_at = now()
                        """)
                .param("ids", events.stream().map(PostTagged::postId).toArray(UUID[]::new))
                .param("providers", texts(events, event -> Objects.requireNonNullElse(event.provider(), "unknown")))
                .param("data", texts(events, event -> data(event).toString()))
                .param("metadata", texts(events, event -> metadata(event).toString()))
                .update();
    }

    /** The tags did not change, so neither do {@code data} and {@code updated_at}. */
    void moveVersionsOn(Collection<PostTagged> events) {
        if (events.isEmpty()) {
            return;
        }
        jdbc.sql(
                        """
                        UPDATE post_enrichment SET metadata = tags.metadata::jsonb
                        FROM unnest(:ids, :metadata) AS tags (id, metadata) WHERE post_id = tags.id AND kind = 'tags'
                        """)
                .param("ids", events.stream().map(PostTagged::postId).toArray(UUID[]::new))
                .param("metadata", texts(events, event -> metadata(event).toString()))
                .update();
    }

    private static String[] texts(Collection<PostTagged> events, Function<PostTagged, String> text) {
        return events.stream().map(text).toArray(String[]::new);
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
}
