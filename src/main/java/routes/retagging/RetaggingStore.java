package routes.retagging;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import routes.events.VisionAnalyzed;

/** What is stored about posts whose pictures were analysed. Each method is one statement per batch. */
@Repository
class RetaggingStore {

    /**
     * @param tags stored tags; empty if there are none
     * @param tagsHash null if no set of tags is stored
     * @param tagsVisionVersion vision version of the tags; null for none
     * @param tagsFeaturesHash features of the tags; null for none
     * @param visionVersion version of the stored vision result; null if there is none
     */
    record Stored(
            UUID channelId,
            String content,
            String attachmentText,
            List<String> urls,
            long contentVersion,
            boolean deleted,
            List<String> tags,
            String provider,
            String model,
            String tagsHash,
            String tagsVisionVersion,
            String tagsFeaturesHash,
            String visionVersion,
            String visionFeaturesHash) {}

    private final JdbcClient jdbc;
    private final ObjectMapper json;

    RetaggingStore(JdbcClient jdbc, ObjectMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    Map<UUID, Stored> posts(List<VisionAnalyzed> events) {
        Map<UUID, Stored> posts = new HashMap<>();
        jdbc.sql(
                        """
                        SELECT p.id, p.channel_id, p.content, p.attachment_text, p.urls::text AS urls, p.content_version, p.is_deleted,
                            (t.data -> 'tags')::text AS tags, t.data ->> 'provider' AS provider, t.data ->> 'model' AS model,
                            t.metadata ->> 'tags_hash' AS tags_hash, t.metadata ->> 'vision_version' AS tags_vision_version,
                            t.metadata ->> 'features_hash' AS tags_features_hash,
                            v.metadata ->> 'vision_version' AS vision_version, v.metadata ->> 'features_hash' AS features_hash
                        FROM unnest(:ids::uuid[], :tenants::uuid[]) AS e (id, tenant_id)
                        JOIN posts p USING (id, tenant_id)
                        LEFT JOIN post_enrichment t ON t.post_id = p.id AND t.kind = 'tags'
                            AND (t.metadata ->> 'content_version')::bigint = p.content_version
                        LEFT JOIN post_enrichment v ON v.post_id = p.id AND v.kind = 'vision'""")
                .param("ids", events.stream().map(VisionAnalyzed::postId).toArray(UUID[]::new))
                .param("tenants", events.stream().map(VisionAnalyzed::tenantId).toArray(UUID[]::new))
                .query(row -> {
                    posts.put(
                            row.getObject("id", UUID.class),
                            new Stored(
                                    row.getObject("channel_id", UUID.class),
                                    row.getString("content"),
                                    row.getString("attachment_text"),
                                    texts(row.getString("urls")),
                                    row.getLong("content_version"),
                                    row.getBoolean("is_deleted"),
                                    texts(row.getString("tags")),
                                    row.getString("provider"),
                                    row.getString("model"),
                                    row.getString("tags_hash"),
                                    row.getString("tags_vision_version"),
                                    row.getString("tags_features_hash"),
                                    row.getString("vision_version"),
                                    row.getString("features_hash")));
                });
        return posts;
    }

    /** Posts that have tags now, whatever became of their own text. One that is being retried stays so until its retry ends. */
    void tagged(Collection<UUID> posts) {
        if (!posts.isEmpty()) {
            jdbc.sql(
                            """
                            UPDATE posts SET tagging_status = 'success', tagging_error = NULL, updated_at = now()
                            WHERE id IN (SELECT id FROM posts WHERE id = ANY (:ids) AND tagging_status IN ('pending', 'skipped', 'failed')
                                         ORDER BY id FOR NO KEY UPDATE)""")
                    .param("ids", posts.toArray(UUID[]::new))
                    .update();
        }
    }

    private List<String> texts(String array) {
        try {
            return array == null ? List.of() : json.readValue(array, new TypeReference<>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The database contains something other than a list of texts", e);
        }
    }
}
