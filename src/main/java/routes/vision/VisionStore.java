package routes.vision;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.events.StorableText;
import routes.events.VisionUploaded;

/** The SQL of vision: results of pictures, and the vision data of posts. Each method is one statement per batch. */
@Component
class VisionStore {

    /** A picture of a tenant. */
    record Key(UUID tenantId, String sha256) {}

    /** The channel of a post, and whether the post is deleted. */
    record StoredPost(VisionPolicy.Source channel, boolean deleted) {}

    /**
     * @param data value of {@code post_enrichment.data} of kind vision
     * @param ocr text recognised in all files; null if there is none
     * @param status ok, partial or error
     * @param uploadedAt time of the event that announced the post's files; an earlier announcement does not overwrite a later one
     */
    record Row(
            UUID postId,
            String provider,
            Map<String, Object> data,
            FileVision.Ocr ocr,
            String status,
            String visionVersion,
            String featuresHash,
            Instant uploadedAt) {}

    private final JdbcClient jdbc;
    private final ObjectMapper json;

    VisionStore(JdbcClient jdbc, ObjectMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** Returns the posts that have a row, by id. */
    Map<UUID, StoredPost> posts(Collection<VisionUploaded> events) {
        Map<UUID, StoredPost> posts = new HashMap<>();
        jdbc.sql(
                        """
                        SELECT p.id, p.is_deleted, c.id AS channel_id, c.tg_channel_id, c.username
                        FROM unnest(:ids::uuid[], :tenants::uuid[]) AS e (id, tenant_id)
                        JOIN posts p USING (id, tenant_id)
                        JOIN channels c ON c.id = p.channel_id""")
                .param("ids", events.stream().map(VisionUploaded::postId).toArray(UUID[]::new))
                .param("tenants", events.stream().map(VisionUploaded::tenantId).toArray(UUID[]::new))
                .query(row -> {
                    posts.put(
                            row.getObject("id", UUID.class),
                            new StoredPost(
                                    new VisionPolicy.Source(
                                            row.getObject("channel_id", UUID.class),
                                            row.getObject("tg_channel_id", Long.class),
                                            row.getString("username")),
                                    row.getBoolean("is_deleted")));
                });
        return posts;
    }

    /** Returns the stored results of this version. */
    Map<Key, FileVision> results(Set<Key> keys, String version) {
        Map<Key, FileVision> results = new HashMap<>();
        jdbc.sql(
                        """
                        SELECT tenant_id, file_sha256, result::text FROM unnest(:tenants::uuid[], :files::text[])
                            AS k (tenant_id, file_sha256)
                        JOIN vision_results USING (tenant_id, file_sha256) WHERE vision_version = :version""")
                .param("tenants", tenants(keys))
                .param("files", files(keys))
                .param("version", version)
                .query(row -> {
                    results.put(
                            new Key(row.getObject("tenant_id", UUID.class), row.getString("file_sha256")),
                            read(row.getString("result")));
                });
        return results;
    }

    /**
     * Stores the results, the first result of each picture, and the pictures' perceptual hashes, also for files that were stored again.
     */
    void saveResults(Map<Key, FileVision> results, String version) {
        if (results.isEmpty()) {
            return;
        }
        Set<Key> keys = results.keySet();
        List<FileVision> values = List.copyOf(results.values());
        jdbc.sql(
                        """
                        WITH found AS (
                            SELECT * FROM unnest(:tenants::uuid[], :files::text[], :results::jsonb[], :hashes::bigint[])
                                AS r (tenant_id, file_sha256, result, phash)),
                        hashed AS (
                            UPDATE media_objects o SET phash = f.phash FROM found f
                            WHERE o.tenant_id = f.tenant_id AND o.file_sha256 = f.file_sha256 AND o.phash IS DISTINCT FROM f.phash)
                        INSERT INTO vision_results (tenant_id, file_sha256, vision_version, result)
                        SELECT tenant_id, file_sha256, :version, result FROM found ON CONFLICT DO NOTHING""")
                .param("tenants", tenants(keys))
                .param("files", files(keys))
                .param("results", values.stream().map(this::write).toArray(String[]::new))
                .param("hashes", values.stream().map(FileVision::hash).toArray(Long[]::new))
                .param("version", version)
                .update();
    }

    /**
     * Stores the vision results of posts, unless a later announcement of the post's files or a later version is stored.
     *
     * @return the posts that have a row
     */
    Set<UUID> saveRows(List<Row> rows) {
        Set<UUID> stored = new HashSet<>();
        jdbc.sql(
                        """
                        WITH found AS (
                            SELECT * FROM unnest(:ids::uuid[], :providers::text[], :data::jsonb[], :ocr::jsonb[], :statuses::text[],
                                    :metadata::jsonb[], :uploaded::timestamptz[])
                                AS r (post_id, provider, data, ocr, status, metadata, uploaded_at)),
                        there AS (SELECT id FROM posts WHERE id = ANY (:ids) FOR KEY SHARE),
                        vision AS (
                            INSERT INTO post_enrichment AS e (post_id, kind, provider, data, metadata, status)
                            SELECT post_id, 'vision', provider, data, metadata, status FROM found JOIN there ON id = post_id
                            ON CONFLICT (post_id, kind) DO UPDATE
                            SET provider = excluded.provider, data = excluded.data, metadata = excluded.metadata,
                                status = excluded.status, updated_at = now()
                            WHERE coalesce((e.metadata ->> 'uploaded_at')::timestamptz, '-infinity')
                                    <= (excluded.metadata ->> 'uploaded_at')::timestamptz
                                AND e.data IS DISTINCT FROM excluded.data
                            RETURNING e.post_id),
                        no_text AS (
                            DELETE FROM post_enrichment e USING found f
                            WHERE e.post_id = f.post_id AND e.kind = 'ocr' AND f.ocr IS NULL
                                AND f.post_id IN (SELECT post_id FROM vision)),
                        texts AS (
                            INSERT INTO post_enrichment AS e (post_id, kind, provider, data, metadata)
                            SELECT post_id, 'ocr', provider, ocr, metadata FROM found
                            WHERE ocr IS NOT NULL AND post_id IN (SELECT post_id FROM vision)
                            ON CONFLICT (post_id, kind) DO UPDATE
                            SET provider = excluded.provider, data = excluded.data, metadata = excluded.metadata, updated_at = now())
                        SELECT id FROM there""")
                .param("ids", rows.stream().map(Row::postId).toArray(UUID[]::new))
                .param("providers", rows.stream().map(Row::provider).toArray(String[]::new))
                .param("data", rows.stream().map(row -> write(row.data())).toArray(String[]::new))
                .param(
                        "ocr",
                        rows.stream()
                                .map(row -> row.ocr() == null ? null : write(row.ocr()))
                                .toArray(String[]::new))
                .param("statuses", rows.stream().map(Row::status).toArray(String[]::new))
                .param("metadata", rows.stream().map(this::metadata).toArray(String[]::new))
                .param(
                        "uploaded",
                        rows.stream()
                                .map(row -> Timestamp.from(row.uploadedAt()))
                                .toArray(Timestamp[]::new))
                .query(row -> {
                    stored.add(row.getObject("id", UUID.class));
                });
        return stored;
    }

    private String metadata(Row row) {
        return write(Map.of(
                "vision_version", row.visionVersion(),
                "features_hash", row.featuresHash(),
                "uploaded_at", row.uploadedAt().toString()));
    }

    private static UUID[] tenants(Set<Key> keys) {
        return keys.stream().map(Key::tenantId).toArray(UUID[]::new);
    }

    private static String[] files(Set<Key> keys) {
        return keys.stream().map(Key::sha256).toArray(String[]::new);
    }

    private String write(Object value) {
        return StorableText.json(json, value);
    }

    private FileVision read(String text) {
        try {
            return json.readValue(text, FileVision.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A row of vision_results does not contain a valid result", e);
        }
    }
}
