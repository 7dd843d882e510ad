package routes.retagging;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.events.VisionAnalyzed;

/** The stored data of posts whose pictures were analysed. Each method executes one statement per batch. */
@Component
record RetaggingStore(JdbcClient jdbc, ObjectMapper json) {

    /**
     * @param tags stored tags; empty if there are none
     * @param tagsHash null if no set of tags is stored
     * @param tagsVisionVersion vision version of the tags; null for none
     * @param tagsFeaturesHash features of the tags; null for none
     * @param visionVersion version of the stored vision result; null if there is none
     */
    record Stored(
            UUID id,
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

    Map<UUID, Stored> posts(List<VisionAnalyzed> events) {
        return jdbc
                .sql(
                        """
                        SELECT to_jsonb(post)::text FROM (
                          SELECT p.id, p.channel_id, p.content, p.attachment_text, coalesce(p.urls, '[]') AS urls, p.content_version,
                            p.is_deleted AS deleted, coalesce(t.data -> 'tags', '[]') AS tags, t.data ->> 'provider' AS provider,
                            t.data ->> 'model' AS model, t.metadata ->> 'tags_hash' AS tags_hash,
                            t.metadata ->> 'vision_version' AS tags_vision_version,
                            t.metadata ->> 'features_hash' AS tags_features_hash,
                            v.metadata ->> 'vision_version' AS vision_version,
                            v.metadata ->> 'features_hash' AS vision_features_hash
                          FROM unnest(:ids::uuid[], :tenants::uuid[]) AS e (id, tenant_id)
                          JOIN posts p USING (id, tenant_id)
                          LEFT JOIN post_enrichment t ON t.post_id = p.id AND t.kind = 'tags'
                            AND (t.metadata ->> 'content_version')::bigint = p.content_version
                          LEFT JOIN post_enrichment v ON v.post_id = p.id AND v.kind = 'vision') post""")
                .param("ids", events.stream().map(VisionAnalyzed::postId).toArray(UUID[]::new))
                .param("tenants", events.stream().map(VisionAnalyzed::tenantId).toArray(UUID[]::new))
                .query((row, number) -> stored(row.getString(1)))
                .list()
                .stream()
                .collect(Collectors.toMap(Stored::id, Function.identity(), (one, same) -> one));
    }

    private Stored stored(String post) {
        try {
            return json.readValue(post, Stored.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot read a post from the database", e);
        }
    }

    /**
     * Marks posts that now have tags as tagged, regardless of the outcome for their own text. The status of a post that is being retried
     * is not changed.
     */
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
}
