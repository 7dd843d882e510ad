package routes.storage;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.hibernate.validator.constraints.time.DurationMin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.objectstore.ObjectStore;
import routes.schedule.Job;

/**
 * Counts objects and bytes per tenant and kind, as the job {@code storage-usage}, removes articles and summaries without a post, and
 * compares files with {@code media_objects}. Kinds are the first segments of keys: media, crawl (articles) and album (summaries).
 */
@Component
public class StorageUsage implements Job {
    private static final Logger LOG = LoggerFactory.getLogger(StorageUsage.class);
    private static final String MEDIA = "media";
    private static final List<String> KINDS = List.of(MEDIA, "crawl", "album");
    private static final int TIMEOUT_SECONDS = 60;
    /** Minimum age of unused objects: articles and summaries are referenced soon after they are stored. */
    private static final Duration UNUSED_SINCE = Duration.ofDays(1);

    /** Keys of the objects of a kind that the database references. */
    private static final Map<String, String> REFERRED = Map.of(
            "crawl",
            """
            SELECT DISTINCT 'crawl/' || p.tenant_id || '/' || encode(sha256(convert_to(page ->> 'url', 'UTF8')), 'hex') || '.md'
            FROM post_enrichment e JOIN posts p ON p.id = e.post_id
            CROSS JOIN LATERAL jsonb_array_elements(
                CASE WHEN jsonb_typeof(e.data -> 'urls') = 'array' THEN e.data -> 'urls' ELSE '[]' END) AS page
            WHERE e.kind = 'crawl' AND jsonb_typeof(page -> 'url') = 'string'
            """,
            "album",
            "SELECT DISTINCT meta ->> 's3_key' FROM media_groups WHERE meta ->> 's3_key' IS NOT NULL");

    /** @param interval how often the objects in the object store are counted */
    @ConfigurationProperties("storage.usage")
    record StorageUsageProperties(@DefaultValue("6h") @DurationMin(seconds = 1) Duration interval) {}

    private final ObjectStore objects;
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final MeterRegistry metrics;
    private final Clock clock;
    /** Results of the last run in this process. */
    private final Map<String, Sum> sums = new ConcurrentHashMap<>();

    private volatile long differences;

    StorageUsage(
            ObjectStore objects,
            JdbcClient jdbc,
            PlatformTransactionManager transactions,
            MeterRegistry metrics,
            Clock clock) {
        this.objects = objects;
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
        this.transaction.setTimeout(TIMEOUT_SECONDS);
        this.metrics = metrics;
        this.clock = clock;
        for (String kind : KINDS) {
            Gauge.builder("storage.bytes", () -> sum(kind).bytes())
                    .tag("kind", kind)
                    .register(metrics);
            Gauge.builder("storage.objects", () -> sum(kind).objects())
                    .tag("kind", kind)
                    .register(metrics);
        }
        for (String kind : REFERRED.keySet()) {
            count(kind, 0);
        }
        Gauge.builder("storage.differences", () -> differences).register(metrics);
    }

    private void count(String kind, int removed) {
        metrics.counter("storage.unused.removed", "kind", kind).increment(removed);
    }

    private record Sum(long objects, long bytes) {

        Sum plus(Sum other) {
            return new Sum(objects + other.objects, bytes + other.bytes);
        }

        Sum minus(Sum other) {
            return new Sum(objects - other.objects, bytes - other.bytes);
        }
    }

    private static final Sum NOTHING = new Sum(0, 0);

    private Sum sum(String kind) {
        return sums.getOrDefault(kind, NOTHING);
    }

    @Override
    public String name() {
        return "storage-usage";
    }

    private record Recorded(UUID tenantId, long objects, long bytes) {}

    /** @throws IOException if the object store does not respond; earlier measurements are kept */
    @Override
    public void run() throws IOException {
        Map<String, Sum> all = new HashMap<>();
        long different = 0;
        Set<UUID> tenants = new HashSet<>(
                jdbc.sql("SELECT id FROM tenants ORDER BY id").query(UUID.class).list());
        Map<String, Map<UUID, Sum>> measured = new HashMap<>();
        for (String kind : KINDS) {
            Map<UUID, Sum> ofKind = new HashMap<>();
            Map<String, Sum> old = new HashMap<>();
            Instant unusedSince = clock.instant().minus(UNUSED_SINCE);
            objects.each(kind + "/", object -> tenant(object.key()).ifPresent(tenant -> {
                Sum sum = new Sum(1, object.sizeBytes());
                ofKind.merge(tenant, sum, Sum::plus);
                if (REFERRED.containsKey(kind) && object.storedAt().isBefore(unusedSince)) {
                    old.put(object.key(), sum);
                }
            }));
            removeUnused(kind, old).forEach((tenant, sum) -> ofKind.merge(tenant, sum, Sum::minus));
            measured.put(kind, ofKind);
            all.put(kind, ofKind.values().stream().reduce(NOTHING, Sum::plus));
        }
        Map<UUID, Sum> recorded = new HashMap<>();
        jdbc.sql(
                        """
                        SELECT tenant_id, count(*) AS objects, coalesce(sum(size_bytes), 0)::bigint AS bytes FROM media_objects GROUP BY tenant_id
                        """)
                .query(Recorded.class)
                .list()
                .forEach(row -> recorded.put(row.tenantId(), new Sum(row.objects(), row.bytes())));
        for (UUID tenant : tenants) {
            Sum files = measured.get(MEDIA).getOrDefault(tenant, NOTHING);
            Sum rows = recorded.getOrDefault(tenant, NOTHING);
            if (!files.equals(rows)) {
                different++;
                LOG.warn(
                        "The object store contains {} files ({} bytes) of tenant {}, but the table media_objects has {} ({} bytes)",
                        files.objects(),
                        files.bytes(),
                        tenant,
                        rows.objects(),
                        rows.bytes());
            }
        }
        transaction.executeWithoutResult(status -> tenants.forEach(tenant -> KINDS.forEach(kind -> store(
                tenant,
                kind,
                measured.get(kind).getOrDefault(tenant, NOTHING),
                kind.equals(MEDIA) ? recorded.getOrDefault(tenant, NOTHING) : null))));
        sums.putAll(all);
        differences = different;
    }

    /**
     * Removes articles and summaries without a remaining post. Files have rows, so the clean-up removes them.
     *
     * @param old objects by key, listed before the database query
     * @return removed objects, by tenant
     */
    private Map<UUID, Sum> removeUnused(String kind, Map<String, Sum> old) throws IOException {
        if (old.isEmpty()) {
            return Map.of();
        }
        Map<UUID, Sum> removed = new HashMap<>();
        Set<String> referred = jdbc.sql(REFERRED.get(kind)).query(String.class).set();
        for (Map.Entry<String, Sum> object : old.entrySet()) {
            if (!referred.contains(object.getKey())) {
                objects.delete(object.getKey());
                removed.merge(tenant(object.getKey()).orElseThrow(), object.getValue(), Sum::plus);
                count(kind, 1);
            }
        }
        return removed;
    }

    /** Returns the tenant, the second segment of the key. */
    private static Optional<UUID> tenant(String key) {
        try {
            return Optional.of(UUID.fromString(key.split("/", 3)[1]));
        } catch (IllegalArgumentException e) {
            // an object of another application in the same bucket
            return Optional.empty();
        }
    }

    private void store(UUID tenant, String kind, Sum sum, Sum recorded) {
        jdbc.sql(
                        """
                        INSERT INTO tenant_storage_usage (tenant_id, content_type, total_bytes, objects_count, recorded_bytes,
                            recorded_objects, last_updated)
                        VALUES (:tenant, :kind, :bytes, :objects, :recordedBytes, :recordedObjects, CAST(:now AS timestamptz))
                        ON CONFLICT (tenant_id, content_type) DO UPDATE SET total_bytes = excluded.total_bytes,
                            objects_count = excluded.objects_count, recorded_bytes = excluded.recorded_bytes,
                            recorded_objects = excluded.recorded_objects, last_updated = excluded.last_updated
                        """)
                .param("tenant", tenant)
                .param("kind", kind)
                .param("bytes", sum.bytes())
                .param("objects", sum.objects())
                .param("recordedBytes", recorded == null ? null : recorded.bytes())
                .param("recordedObjects", recorded == null ? null : recorded.objects())
                .param("now", clock.instant().toString())
                .update();
    }
}
