package routes.posts;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.MediaFile;
import routes.objectstore.ObjectStore;

/**
 * Limits the bytes of a tenant's files to {@code tenants.storage_quota_bytes}; null and 0 mean no limit. The used bytes are the sum
 * over {@code media_objects} plus the last measurement of articles and summaries. A file gets its row before it is stored, under a
 * lock of the tenant, so that concurrent imports never exceed the quota together. A row whose file could not be stored counts until
 * it is evicted.
 */
@Component
public final class StorageQuota {
    /** Minimum time that an unused file is kept. An import references its files much sooner. */
    private static final Duration UNUSED_SINCE = Duration.ofHours(1);

    /** Limits the time that the lock is held. The next batch evicts further files. */
    private static final int MAX_EVICTED = 500;

    /** Number of bytes that count towards the quota of tenant t. */
    private static final String USED =
            """
            (coalesce((SELECT sum(o.size_bytes) FROM media_objects o WHERE o.tenant_id = t.id), 0)
            + coalesce((SELECT sum(u.total_bytes) FROM tenant_storage_usage u
                WHERE u.tenant_id = t.id AND u.content_type <> 'media'), 0))::bigint""";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final String bucket;
    private final ObjectStore objects;
    private final Counter refused;
    private final Counter evicted;

    public StorageQuota(
            JdbcClient jdbc,
            PlatformTransactionManager transactions,
            PostStoreSettings settings,
            ObjectStore objects,
            MeterRegistry registry) {
        this.jdbc = jdbc;
        transaction = settings.transaction(transactions);
        bucket = settings.mediaBucket();
        this.objects = objects;
        refused = registry.counter("media.quota.refused");
        evicted = registry.counter("media.evicted");
    }

    private record Usage(long quota, long used) {}

    private record Unused(String fileSha256, long sizeBytes, String s3Key) {}

    /**
     * Makes room for files that are about to be stored. Evicts files without a post, least recently used first, as far as this
     * makes room for a new file.
     *
     * @return the reasons for the files that do not fit, by hash; these files must not be stored
     * @throws IOException if a file cannot be evicted; the call can be repeated
     */
    public Map<String, String> reserve(UUID tenantId, Collection<MediaFile> files) throws IOException {
        if (files.isEmpty()) {
            return Map.of();
        }
        Map<String, MediaFile> wanted = new LinkedHashMap<>();
        files.forEach(file -> wanted.putIfAbsent(file.sha256(), file));
        try {
            return transaction.execute(status -> {
                lock(tenantId);
                if (usage(tenantId, "0").quota() == 0) {
                    // clean-up must not remove files that are about to be referenced
                    use(tenantId, wanted.keySet());
                    return Map.of();
                }
                return reserveLocked(tenantId, wanted);
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /**
     * Returns the number of bytes that a tenant can still store, including files that can be evicted. Concurrent writes are not
     * considered; {@link #reserve} decides.
     *
     * @return empty for no limit; 0 if no space is left
     */
    public OptionalLong left(UUID tenantId) {
        Usage usage = usage(tenantId, USED);
        if (usage.quota() == 0) {
            return OptionalLong.empty();
        }
        long evictable = jdbc.sql(
                        """
                        SELECT coalesce(sum(size_bytes), 0)::bigint FROM media_objects
                        WHERE tenant_id = ? AND refs_count = 0 AND last_seen_at <= now() - ? * interval '1 second'
                        """)
                .params(tenantId, UNUSED_SINCE.toSeconds())
                .query(Long.class)
                .single();
        return OptionalLong.of(Math.max(0, usage.quota() - usage.used() + evictable));
    }

    private void lock(UUID tenantId) {
        jdbc.sql("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))")
                .param("storage:" + tenantId)
                .query((row, number) -> true)
                .list();
    }

    /**
     * Removes files that have had no post for the given time, least recently used first.
     *
     * @param unusedFor at least an hour in operation, because an import references its files after storing them
     * @return number of removed files; fewer than {@code most} means that none are left
     * @throws IOException if a file cannot be removed; the call can be repeated
     */
    public int removeUnused(UUID tenantId, Duration unusedFor, int most) throws IOException {
        try {
            return transaction.execute(status -> {
                lock(tenantId);
                List<Unused> files = unused(tenantId, unusedFor, most);
                evict(tenantId, files);
                return files.size();
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Map<String, String> reserveLocked(UUID tenantId, Map<String, MediaFile> wanted) {
        Usage usage = usage(tenantId, USED);
        Set<String> known = use(tenantId, wanted.keySet());
        Queue<Unused> unused = null;
        long evictable = 0;
        long left = usage.quota() - usage.used();
        List<MediaFile> taken = new ArrayList<>();
        List<Unused> leaving = new ArrayList<>();
        Map<String, String> reasons = new HashMap<>();
        for (MediaFile file : wanted.values()) {
            if (known.contains(file.sha256())) {
                continue;
            }
            if (file.sizeBytes() > left && unused == null) {
                unused = new ArrayDeque<>(unused(tenantId, UNUSED_SINCE, MAX_EVICTED));
                evictable = unused.stream().mapToLong(Unused::sizeBytes).sum();
            }
            if (file.sizeBytes() > left + evictable) {
                reasons.put(
                        file.sha256(),
                        "quota_exceeded: the file has %d bytes, %d of %d bytes are left"
                                .formatted(file.sizeBytes(), Math.max(0, left + evictable), usage.quota()));
                continue;
            }
            while (file.sizeBytes() > left) {
                Unused next = unused.remove();
                leaving.add(next);
                evictable -= next.sizeBytes();
                left += next.sizeBytes();
            }
            left -= file.sizeBytes();
            taken.add(file);
        }
        evict(tenantId, leaving);
        insert(tenantId, taken);
        refused.increment(reasons.size());
        evicted.increment(leaving.size());
        return reasons;
    }

    private Usage usage(UUID tenantId, String used) {
        return jdbc.sql("SELECT coalesce(t.storage_quota_bytes, 0) AS quota, %s AS used FROM tenants t WHERE t.id = ?"
                        .formatted(used))
                .param(tenantId)
                .query(Usage.class)
                .optional()
                .orElse(new Usage(0, 0));
    }

    /** Marks stored files as used, so that they are not evicted. Locks rows in the order that all writers use. */
    private Set<String> use(UUID tenantId, Collection<String> files) {
        return jdbc.sql(
                        """
                        WITH known AS (
                            SELECT file_sha256 FROM media_objects WHERE tenant_id = :tenant AND file_sha256 = ANY (:files)
                            ORDER BY file_sha256 FOR UPDATE)
                        UPDATE media_objects o SET last_seen_at = now() FROM known k
                        WHERE o.tenant_id = :tenant AND o.file_sha256 = k.file_sha256 RETURNING o.file_sha256""")
                .param("tenant", tenantId)
                .param("files", files.toArray(String[]::new))
                .query(String.class)
                .set();
    }

    private List<Unused> unused(UUID tenantId, Duration since, int most) {
        return jdbc.sql(
                        """
                        SELECT o.file_sha256, o.size_bytes, o.s3_key FROM media_objects o
                        WHERE o.tenant_id = ? AND o.refs_count = 0 AND o.last_seen_at <= now() - ? * interval '1 second'
                          AND NOT EXISTS (SELECT FROM post_media_map m JOIN posts p ON p.id = m.post_id
                                          WHERE m.file_sha256 = o.file_sha256 AND p.tenant_id = o.tenant_id)
                        ORDER BY o.last_seen_at, o.file_sha256 LIMIT ? FOR UPDATE OF o SKIP LOCKED""")
                .params(tenantId, since.toSeconds(), most)
                .query(Unused.class)
                .list();
    }

    /** Runs under the lock, so that no import uses a file of the store that is about to be deleted. */
    private void evict(UUID tenantId, List<Unused> files) {
        if (files.isEmpty()) {
            return;
        }
        try {
            for (Unused file : files) {
                objects.delete(file.s3Key());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String[] hashes = files.stream().map(Unused::fileSha256).toArray(String[]::new);
        // vision_results contains descriptions and recognised texts of the files
        for (String table : List.of("vision_results", "media_objects")) {
            jdbc.sql("DELETE FROM " + table + " WHERE tenant_id = ? AND file_sha256 = ANY (?)")
                    .params(tenantId, hashes)
                    .update();
        }
    }

    private void insert(UUID tenantId, List<MediaFile> files) {
        if (!files.isEmpty()) {
            new MediaTable(jdbc, bucket)
                    .insertObjects(
                            tenantId,
                            files.stream()
                                    .sorted(Comparator.comparing(MediaFile::sha256))
                                    .toList());
        }
    }
}
