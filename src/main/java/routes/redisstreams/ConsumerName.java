package routes.redisstreams;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import routes.redis.RedisLink;
import routes.redis.Script;
import routes.redis.StreamAdmin;
import routes.redis.StreamGroup;

/**
 * A consumer's name in its group, leased in Redis so that no two consumers share it: the instance name, with the suffix -2, -3, … if a
 * live consumer holds it. If the holder died, waits for its lease to expire, because the holder's entries are still pending under that
 * name.
 */
final class ConsumerName {
    /** How long the mark of a clean stop is kept. */
    private static final Duration MARK = Duration.ofDays(7);

    private static final String STOPPED = "stopped";

    private final RedisLink link;
    private final StreamGroup group;
    private final String instance;
    private final Duration timeToLive;
    private final String token = UUID.randomUUID().toString();

    private int suffix = 1;
    private long holderLeft = Long.MAX_VALUE;
    private boolean formerDied;
    private boolean everLeased;
    private volatile String leased;

    ConsumerName(RedisLink link, StreamGroup group, String instance, Duration timeToLive) {
        this.link = link;
        this.group = group;
        this.instance = instance;
        this.timeToLive = timeToLive;
    }

    /** Returns the leased name; empty while there is none. */
    Optional<String> get() {
        return Optional.ofNullable(leased);
    }

    /** Tries to lease a name; empty if the caller should retry shortly. */
    synchronized Optional<String> acquire() {
        while (leased == null) {
            List<Object> answer = lease(candidate());
            if (taken(answer)) {
                formerDied = !everLeased && !STOPPED.equals(answer.get(1));
                everLeased = true;
                holderLeft = Long.MAX_VALUE;
                leased = candidate();
            } else {
                long left = (Long) answer.get(1);
                if (left >= 0 && left <= holderLeft) {
                    holderLeft = left;
                    return Optional.empty();
                }
                // renewed since the last attempt, or without expiry: its holder is alive
                suffix++;
                holderLeft = Long.MAX_VALUE;
            }
        }
        return Optional.of(leased);
    }

    /**
     * Returns whether the previous consumer with this name died, or may have died, while entries were pending under the name. Known only
     * for the first lease of this object.
     */
    synchronized boolean formerDied() {
        return formerDied;
    }

    synchronized void formerDeathDealtWith() {
        formerDied = false;
    }

    /** Renews the lease. If another consumer has taken the name, {@link #get} is empty afterwards. */
    synchronized void renew() {
        if (leased != null && !taken(lease(leased))) {
            leased = null;
            suffix = 1;
        }
    }

    /** Releases the name and marks the stop as clean. */
    synchronized void release() {
        if (leased != null) {
            run(Scripts.RELEASE_NAME, leased, MARK);
            leased = null;
        }
    }

    private List<Object> lease(String name) {
        return run(Scripts.LEASE_NAME, name, timeToLive);
    }

    private List<Object> run(Script script, String name, Duration time) {
        return link.run(script, List.of(group.nameLease(name)), token, time);
    }

    /** Removes the group's consumers that have no lease, have nothing pending and have been idle for at least this long. */
    void removeIdleConsumers(Duration idle) {
        List<String> names = new StreamAdmin(link).consumers(group);
        List<String> keys = new ArrayList<>(List.of(group.key()));
        names.forEach(name -> keys.add(group.nameLease(name)));
        link.run(Scripts.REMOVE_IDLE_CONSUMERS, keys, group.group(), idle, names);
    }

    private static boolean taken(List<Object> answer) {
        return (Long) answer.get(0) == 1;
    }

    private String candidate() {
        return suffix == 1 ? instance : instance + "-" + suffix;
    }
}
