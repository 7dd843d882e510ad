package routes.cleanup;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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

    private final DeletedPosts posts;
    private final PostRemoval removal;
    private final Graph graph;
    private final RedisLink redis;
    private final Clock clock;

    CleanupSweep(DeletedPosts posts, PostRemoval removal, Graph graph, RedisLink redis, Clock clock) {
        this.posts = posts;
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
        if (swept.equals(NOTHING)) {
            LOG.debug("Clean-up: nothing to do");
        } else {
            LOG.info("Clean-up: {}", swept);
        }
        return swept;
    }

    private int expire() {
        Instant now = clock.instant();
        String stored = checkpoint(EXPIRED);
        SweepPlace place = stored == null ? SweepPlace.START : SweepPlace.parse(stored);
        int expired = 0;
        while (!Thread.currentThread().isInterrupted()) {
            List<DeletedPosts.Expired> batch = posts.expired(now, place, BATCH);
            expired += delete(batch);
            if (batch.size() < BATCH) {
                forget(EXPIRED);
                return expired;
            }
            DeletedPosts.Expired last = batch.get(BATCH - 1);
            place = new SweepPlace(last.expiresAt(), last.id());
            remember(EXPIRED, place.toString());
        }
        return expired;
    }

    private record Owner(UUID tenantId, UUID channelId) {}

    /** One transaction per channel, since a channel's writers take turns. */
    private int delete(List<DeletedPosts.Expired> batch) {
        Map<Owner, List<UUID>> byChannel = new LinkedHashMap<>();
        batch.forEach(post -> byChannel
                .computeIfAbsent(new Owner(post.tenantId(), post.channelId()), owner -> new ArrayList<>())
                .add(post.id()));
        int deleted = 0;
        for (var channel : byChannel.entrySet()) {
            Owner owner = channel.getKey();
            deleted += removal.delete(owner.tenantId(), owner.channelId(), channel.getValue(), DeletionReason.TTL);
        }
        return deleted;
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
