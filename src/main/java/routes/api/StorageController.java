package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import routes.api.access.ApiDatabase;
import routes.api.http.ProblemType;

/** The usage of the object store per tenant. */
@RestController
record StorageController(ApiDatabase database) {

    /**
     * @param kind media, crawl (articles) or album (summaries)
     * @param bytes measured in the object store
     * @param recordedBytes sum of the sizes in the rows of files; null for kinds without rows
     */
    @JsonInclude
    record StoredKind(
            String kind, long bytes, long objects, Long recordedBytes, Long recordedObjects, Instant measuredAt) {}

    /**
     * @param quotaBytes null for no limit
     * @param usedBytes bytes that count towards the quota
     */
    @JsonInclude
    record TenantStorage(UUID tenantId, Long quotaBytes, long usedBytes, List<StoredKind> kinds) {}

    @GetMapping("/tenants/{tenant_id}/storage")
    TenantStorage read(@PathVariable("tenant_id") UUID tenant) {
        return database.rows(
                        """
                        SELECT t.id AS tenant_id, nullif(t.storage_quota_bytes, 0) AS quota_bytes,
                            (coalesce((SELECT sum(o.size_bytes) FROM media_objects o WHERE o.tenant_id = t.id), 0)
                            + coalesce((SELECT sum(u.total_bytes) FROM tenant_storage_usage u
                                WHERE u.tenant_id = t.id AND u.content_type <> 'media'), 0))::bigint AS used_bytes,
                            coalesce((SELECT json_agg(stored ORDER BY kind) FROM (
                                SELECT content_type AS kind, total_bytes AS bytes, objects_count AS objects, recorded_bytes,
                                    recorded_objects, last_updated AS measured_at
                                FROM tenant_storage_usage WHERE tenant_id = t.id) stored), '[]') AS kinds
                        FROM tenants t WHERE t.id = :tenant AND t.id = coalesce(CAST(:caller AS uuid), t.id)
                        """)
                .param("tenant", tenant)
                .query(ApiDatabase.as(TenantStorage.class))
                .optional()
                .orElseThrow(() -> ProblemType.NOT_FOUND.exception("tenant_id", "There is no tenant " + tenant));
    }
}
