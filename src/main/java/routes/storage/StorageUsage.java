package routes.storage;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
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
 * Counts objects and bytes per tenant and kind, as the job {@code storage-usage}, and compares files with {@code media_objects}. Kinds are
 * the first segments of keys: media, crawl (articles) and album (summaries).
 */
@Component
public class StorageUsage implements Job {
    private static final Logger LOG = LoggerFactory.getLogger(StorageUsage.class);
    private static final String MEDIA = "media";
    private static final List<String> KINDS = List.of(MEDIA, "crawl", "album");
    private static final int TIMEOUT_SECONDS = 60;

    /** @param interval how often the objects in the object store are counted */
    @ConfigurationProperties("storage.usage")
    record StorageUsageProperties(@DefaultValue("6h") @DurationMin(seconds = 1) Duration interval) {}

    private final ObjectStore objects;
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final Clock clock;
    /** Of the last run in this process. */
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
        this.clock = clock;
        for (String kind : KINDS) {
            Gauge.builder("storage.bytes", () -> sum(kind).bytes())
                    .tag("kind", kind)
                    .register(metrics);
            Gauge.builder("storage.objects", () -> sum(kind).objects())
                    .tag("kind", kind)
                    .register(metrics);
        }
        Gauge.builder("storage.differences", () -> differences).register(metrics);
    }

    private record Sum(long objects, long bytes) {
        Sum plus(long size) {
            return new Sum(objects + 1, bytes + size);
        }

        Sum plus(Sum other) {
            return new Sum(objects + other.objects, bytes + other.bytes);
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

    /** @throws IOException if the object store does not answer; what was measured before stays */
    @Override
    public void run() throws IOException {
        Map<String, Sum> all = new HashMap<>();
        long different = 0;
        Set<UUID> tenants = new HashSet<>(
                jdbc.sql("SELECT id FROM tenants ORDER BY id").query(UUID.class).list());
        Map<String, Map<UUID, Sum>> measured = new HashMap<>();
        for (String kind : KINDS) {
            Map<UUID, Sum> ofKind = new HashMap<>();
            objects.each(kind + "/", object -> tenant(object.key())
                    .ifPresent(tenant -> ofKind.merge(tenant, new Sum(1, object.sizeBytes()), Sum::plus)));
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
                        "The object store has {} files of {} bytes of tenant {}, the table media_objects {} of {} bytes",
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

    /** The second segment of the key. */
    private static Optional<UUID> tenant(String key) {
        try {
            return Optional.of(UUID.fromString(key.split("/", 3)[1]));
        } catch (IllegalArgumentException e) {
            // an object of somebody else in the same bucket
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
