package routes.cleanup;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
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
import routes.redis.RedisLink;
import routes.schedule.Job;

/**
 * Clean-up without an event: deletes expired posts, and removes graph nodes that deletions and edits left without relationships.
 * Works in batches; an interrupted run continues where it stopped. Should run in one process at a time, but two would only do the
 * same work twice.
 */
@Component("cleanupSweep")
public class CleanupSweep implements Job {
    private static final Logger LOG = LoggerFactory.getLogger(CleanupSweep.class);
    private static final String CHECKPOINT = "cleanup:checkpoint:";
    private static final String EXPIRED = CHECKPOINT + "expired";
    private static final String ORPHANS = CHECKPOINT + "orphans";
    private static final int BATCH = 500;

    /** A checkpoint unused for this long is discarded. */
    private static final Duration KEEP = Duration.ofDays(1);

    /** A post of another producer that has not arrived after this time will not arrive. */
    private static final Duration KEEP_EARLY = Duration.ofDays(7);

    /** Before the first post: the checkpoint is the expiry and the id of the last deleted post. */
    private static final String START = "1970-01-01T00:00Z " + new UUID(0, 0);

    /**
     * @param interval how often expired posts are looked for
     */
    @ConfigurationProperties("cleanup")
    record CleanupProperties(@DefaultValue("1h") @DurationMin(seconds = 1) Duration interval) {}

    private final JdbcClient jdbc;
    private final PostRemoval removal;
    private final Graph graph;
    private final RedisLink redis;
    private final Clock clock;

    CleanupSweep(JdbcClient jdbc, PostRemoval removal, Graph graph, RedisLink redis, Clock clock) {
        this.jdbc = jdbc;
        this.removal = removal;
        this.graph = graph;
        this.redis = redis;
        this.clock = clock;
    }

    /** Result of a sweep. */
    public record Swept(int postsExpired, int graphNodesRemoved, int earlyDeletionsForgotten) {}

    private static final Swept NOTHING = new Swept(0, 0, 0);

    @Override
    public String name() {
        return "cleanup-sweep";
    }

    @Override
    public void run() {
        sweep();
    }

    /** Stops after the current batch when its thread is interrupted. */
    public Swept sweep() {
        var swept = new Swept(expire(), removeOrphans(), forgetEarly());
        LOG.atLevel(swept.equals(NOTHING) ? Level.DEBUG : Level.INFO).log("Clean-up: {}", swept);
        return swept;
    }

    private record Expired(UUID id, UUID tenantId, UUID channelId, OffsetDateTime expiresAt) {}

    private record Owner(UUID tenantId, UUID channelId) {}

    private int expire() {
        OffsetDateTime now = OffsetDateTime.now(clock);
        String stored = checkpoint(EXPIRED);
        String place = stored == null ? START : stored;
        int expired = 0;
        while (!Thread.currentThread().isInterrupted()) {
            List<Expired> batch = expired(now, place);
            expired += delete(batch);
            if (batch.size() < BATCH) {
                forget(EXPIRED);
                return expired;
            }
            Expired last = batch.get(BATCH - 1);
            place = last.expiresAt() + " " + last.id();
            remember(EXPIRED, place);
        }
        return expired;
    }

    /** The posts that expired first, after the given place. */
    private List<Expired> expired(OffsetDateTime now, String place) {
        String[] after = place.split(" ");
        return jdbc.sql(
                        """
                        SELECT id, tenant_id, channel_id, expires_at FROM posts
                        WHERE NOT is_deleted AND expires_at <= ? AND (expires_at, id) > (?, ?)
                        ORDER BY expires_at, id LIMIT ?
                        """)
                .params(now, OffsetDateTime.parse(after[0]), UUID.fromString(after[1]), BATCH)
                .query(Expired.class)
                .list();
    }

    /** One transaction per channel, since a channel's writers take turns. */
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

    /** Null if there is none. */
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
