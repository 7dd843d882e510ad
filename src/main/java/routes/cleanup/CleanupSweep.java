package routes.cleanup;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.hibernate.validator.constraints.time.DurationMin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.graph.Graph;
import routes.posts.DeletionReason;
import routes.posts.PostRemoval;
import routes.posts.StorageQuota;
import routes.redis.RedisLink;
import routes.schedule.Job;

/**
 * Clean-up without an event: deletes expired posts, removes graph nodes that deletions and edits left without relationships, and removes
 * unused files. Works in batches; an interrupted run continues where it stopped. Should run in one process at a time; two concurrent runs
 * would only duplicate the work.
 */
@Component("cleanupSweep")
public class CleanupSweep implements Job {
    private static final Logger LOG = LoggerFactory.getLogger(CleanupSweep.class);
    private static final String CHECKPOINT = "cleanup:checkpoint:";
    /** Hash with a position per tenant. */
    private static final String EXPIRED = CHECKPOINT + "expired-by-tenant";

    private static final String ORPHANS = CHECKPOINT + "orphans";
    private static final int BATCH = 500;

    /** A checkpoint unused for this long is discarded. */
    private static final Duration KEEP = Duration.ofDays(1);

    /** How long a deletion is kept while its post is missing. Posts of other producers do not arrive later than this. */
    private static final Duration KEEP_EARLY = Duration.ofDays(7);

    /** Position before the first post. A position consists of the expiry and the id of the last deleted post. */
    private static final String START = "1970-01-01T00:00Z " + new UUID(0, 0);

    /**
     * @param interval        how often to delete expired posts
     * @param keepUnusedFiles how long to keep files that no post refers to
     */
    @ConfigurationProperties("cleanup")
    record CleanupProperties(
            @DefaultValue("1h") @DurationMin(seconds = 1) Duration interval,
            @DefaultValue("1d") @DurationMin(hours = 1) Duration keepUnusedFiles) {}

    private final JdbcClient jdbc;
    private final PostRemoval removal;
    private final Graph graph;
    private final StorageQuota files;
    private final RedisLink redis;
    private final CleanupProperties properties;
    private final Clock clock;

    CleanupSweep(
            JdbcClient jdbc,
            PostRemoval removal,
            Graph graph,
            StorageQuota files,
            RedisLink redis,
            CleanupProperties properties,
            Clock clock) {
        this.jdbc = jdbc;
        this.removal = removal;
        this.graph = graph;
        this.files = files;
        this.redis = redis;
        this.properties = properties;
        this.clock = clock;
    }

    public record Swept(int postsExpired, int graphNodesRemoved, int filesRemoved, int earlyDeletionsForgotten) {}

    private static final Swept NOTHING = new Swept(0, 0, 0, 0);

    @Override
    public String name() {
        return "cleanup-sweep";
    }

    @Override
    public void run() throws IOException {
        sweep();
    }

    /**
     * Runs a sweep. Stops after the current batch if its thread is interrupted.
     *
     * @throws IOException if the object store does not remove a file; everything else is done by then
     */
    public Swept sweep() throws IOException {
        int expired = expire();
        int orphans = removeOrphans();
        int early = forgetEarly();
        var swept = new Swept(expired, orphans, removeFiles(), early);
        LOG.atLevel(swept.equals(NOTHING) ? Level.DEBUG : Level.INFO).log("Clean-up: {}", swept);
        return swept;
    }

    private record Expired(UUID id, UUID tenantId, UUID channelId, OffsetDateTime expiresAt) {}

    private record Owner(UUID tenantId, UUID channelId) {}

    /** Processes one batch per tenant in turn, so that the backlog of one tenant does not delay the others. */
    private int expire() {
        OffsetDateTime now = OffsetDateTime.now(clock);
        Map<String, String> places = redis.call(commands -> commands.hgetall(EXPIRED));
        Deque<UUID> tenants = new ArrayDeque<>(jdbc.sql(
                        """
                        SELECT t.id FROM tenants t
                        WHERE EXISTS (SELECT FROM posts p WHERE p.tenant_id = t.id AND NOT p.is_deleted AND p.expires_at <= ?)
                        ORDER BY t.id
                        """)
                .param(now)
                .query(UUID.class)
                .list());
        int expired = 0;
        while (!tenants.isEmpty() && !Thread.currentThread().isInterrupted()) {
            UUID tenant = tenants.remove();
            String name = tenant.toString();
            List<Expired> batch = expired(tenant, now, places.getOrDefault(name, START));
            expired += delete(batch);
            if (batch.size() == BATCH) {
                Expired last = batch.get(BATCH - 1);
                String place = last.expiresAt() + " " + last.id();
                places.put(name, place);
                redis.call(commands -> commands.hset(EXPIRED, name, place));
                redis.call(commands -> commands.pexpire(EXPIRED, KEEP.toMillis()));
                tenants.add(tenant);
            }
        }
        if (tenants.isEmpty()) {
            // includes tenants without remaining posts
            forget(EXPIRED);
        }
        return expired;
    }

    /** Returns the posts of a tenant with the earliest expiry, after the given position. */
    private List<Expired> expired(UUID tenant, OffsetDateTime now, String place) {
        String[] after = place.split(" ");
        return jdbc.sql(
                        """
                        SELECT id, tenant_id, channel_id, expires_at FROM posts
                        WHERE tenant_id = ? AND NOT is_deleted AND expires_at <= ? AND (expires_at, id) > (?, ?)
                        ORDER BY expires_at, id LIMIT ?
                        """)
                .params(tenant, now, OffsetDateTime.parse(after[0]), UUID.fromString(after[1]), BATCH)
                .query(Expired.class)
                .list();
    }

    private int removeFiles() throws IOException {
        int removed = 0;
        for (UUID tenant :
                jdbc.sql("SELECT id FROM tenants ORDER BY id").query(UUID.class).list()) {
            int last = BATCH;
            while (last == BATCH && !Thread.currentThread().isInterrupted()) {
                last = files.removeUnused(tenant, properties.keepUnusedFiles(), BATCH);
                removed += last;
            }
        }
        return removed;
    }

    /** Uses one transaction per channel, because a channel's writers are serialised. */
    private int delete(List<Expired> batch) {
        return batch.stream()
                .collect(Collectors.groupingBy(
                        post -> new Owner(post.tenantId(), post.channelId()),
                        LinkedHashMap::new,
                        Collectors.mapping(Expired::id, Collectors.toList())))
                .entrySet()
                .stream()
                .mapToInt(channel -> removal.delete(
                        channel.getKey().tenantId(),
                        channel.getKey().channelId(),
                        channel.getValue(),
                        DeletionReason.TTL))
                .sum();
    }

    private int removeOrphans() {
        String place = checkpoint(ORPHANS);
        int removed = 0;
        while (!Thread.currentThread().isInterrupted()) {
            Graph.Orphans orphans = graph.removeOrphans(place == null ? "" : place, BATCH);
            removed += orphans.removed();
            place = orphans.next();
            if (place == null) {
                forget(ORPHANS);
                return removed;
            }
            remember(ORPHANS, place);
        }
        return removed;
    }

    /** Returns null if there is none. */
    private String checkpoint(String key) {
        return redis.call(commands -> commands.get(key));
    }

    private void remember(String key, String place) {
        redis.call(commands -> commands.psetex(key, KEEP.toMillis(), place));
    }

    private void forget(String key) {
        redis.call(commands -> commands.del(key));
    }

    private int forgetEarly() {
        Instant before = clock.instant().minus(KEEP_EARLY);
        int all = 0;
        int forgotten = BATCH;
        while (forgotten == BATCH && !Thread.currentThread().isInterrupted()) {
            forgotten = removal.forgetEarly(before, BATCH);
            all += forgotten;
        }
        return all;
    }
}
