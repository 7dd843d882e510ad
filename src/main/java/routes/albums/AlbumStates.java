package routes.albums;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.spi.OptimisticLockingAggregationRepository;
import org.apache.camel.spi.RecoverableAggregationRepository;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import routes.redis.RedisLink;
import routes.redis.Script;

/**
 * The albums that wait for their members, as JSON in Redis, for Camel's {@code aggregate}. Uses optimistic locking: if several processes
 * change an album, one succeeds and the others retry. A complete album moves to {@code album:completed}, under a lease of the process that
 * assembles it, until {@link #confirm} removes it. After the lease has expired, any process can recover the album.
 */
@Component("albumStates")
public class AlbumStates extends ServiceSupport
        implements RecoverableAggregationRepository, OptimisticLockingAggregationRepository {
    private static final Logger LOG = LoggerFactory.getLogger(AlbumStates.class);
    private static final String STATE = "album:state:";
    private static final String DEADLINES = "album:deadlines";
    private static final String COMPLETED = "album:completed";
    private static final String LEASES = "album:completed:leases";
    private static final String VERSION = "albumVersion";
    private static final int AT_MOST = 100;
    /** Longer than the transaction that assembles an album. */
    private static final Duration LEASE = Duration.ofSeconds(30);

    /**
     * KEYS: state, deadlines. ARGV: expected version, state, deadline in milliseconds, album id, exchange id of a new state. Returns 1, or
     * 0 if the version differs. The exchange id stays the same until the album is complete.
     */
    private static final Script PUT = Script.of(
            """
            if (redis.call('HGET', KEYS[1], 'version') or '0') ~= ARGV[1] then return {0} end
            redis.call('HINCRBY', KEYS[1], 'version', 1)
            redis.call('HSET', KEYS[1], 'state', ARGV[2])
            redis.call('HSETNX', KEYS[1], 'exchange', ARGV[5])
            redis.call('ZADD', KEYS[2], ARGV[3], ARGV[4])
            return {1}
            """);

    /**
     * KEYS: state, deadlines, completed, leases. ARGV: expected version, album id, exchange id, state, lease in milliseconds. Returns 1,
     * or 0 if the version differs.
     */
    private static final Script COMPLETE = Script.of(
            """
            if (redis.call('HGET', KEYS[1], 'version') or '0') ~= ARGV[1] then return {0} end
            redis.call('DEL', KEYS[1])
            redis.call('ZREM', KEYS[2], ARGV[2])
            redis.call('HSET', KEYS[3], ARGV[3], ARGV[4])
            redis.call('ZADD', KEYS[4], redis.call('TIME')[1] * 1000 + ARGV[5], ARGV[3])
            return {1}
            """);

    /** KEYS: leases. ARGV: maximum number. Returns the exchange ids whose lease has expired. */
    private static final Script EXPIRED = Script.of(
            "return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', redis.call('TIME')[1] * 1000, 'LIMIT', 0, ARGV[1])");

    /** KEYS: completed, leases. ARGV: exchange id, lease in milliseconds. Returns the state if the lease has expired, and renews it. */
    private static final Script RECOVER = Script.of(
            """
            local now = redis.call('TIME')[1] * 1000
            local lease = redis.call('ZSCORE', KEYS[2], ARGV[1])
            if not lease or tonumber(lease) > now then return {} end
            local state = redis.call('HGET', KEYS[1], ARGV[1])
            if not state then
              redis.call('ZREM', KEYS[2], ARGV[1])
              return {}
            end
            redis.call('ZADD', KEYS[2], now + ARGV[2], ARGV[1])
            return {state}
            """);

    /** KEYS: completed, leases. ARGV: exchange id. */
    private static final Script CONFIRM =
            Script.of("return {redis.call('HDEL', KEYS[1], ARGV[1]) + redis.call('ZREM', KEYS[2], ARGV[1])}");

    private final RedisLink redis;
    private final ObjectMapper json;
    private final AlbumProperties properties;

    AlbumStates(RedisLink redis, ObjectMapper json, AlbumProperties properties) {
        this.redis = redis;
        this.json = json;
        this.properties = properties;
    }

    @Override
    public Exchange get(CamelContext context, String albumId) {
        var stored = redis.call(commands -> commands.hmget(STATE + albumId, "version", "state", "exchange"));
        if (!stored.get(0).hasValue()) {
            return null;
        }
        Exchange exchange =
                exchange(context, stored.get(2).getValue(), stored.get(1).getValue());
        exchange.setProperty(VERSION, stored.get(0).getValue());
        return exchange;
    }

    private Exchange exchange(CamelContext context, String id, String state) {
        try {
            Exchange exchange = new DefaultExchange(context);
            exchange.setExchangeId(id);
            AlbumState album = json.readValue(state, AlbumState.class);
            exchange.getMessage().setBody(album);
            exchange.setProperty(Exchange.AGGREGATED_CORRELATION_KEY, Long.toString(album.albumId()));
            // the aggregator counts completions by their cause, and fails for a recovered exchange without one
            exchange.setProperty(Exchange.AGGREGATED_COMPLETED_BY, "predicate");
            return exchange;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Redis contains a value that is not the state of an album", e);
        }
    }

    @Override
    public Exchange add(CamelContext context, String albumId, Exchange known, Exchange changed) {
        AlbumState state = changed.getMessage().getBody(AlbumState.class);
        put(
                PUT,
                List.of(STATE + albumId, DEADLINES),
                version(known),
                write(state),
                state.deadline().toEpochMilli(),
                albumId,
                UUID.randomUUID());
        return known;
    }

    @Override
    public Exchange add(CamelContext context, String albumId, Exchange exchange) {
        throw new UnsupportedOperationException("The route must set optimisticLocking");
    }

    private static String version(Exchange known) {
        return known == null ? "0" : known.getProperty(VERSION, String.class);
    }

    private void put(Script script, List<String> keys, Object... arguments) {
        if ((long) redis.run(script, keys, arguments).get(0) == 0) {
            throw new OptimisticLockingException();
        }
    }

    @Override
    public void remove(CamelContext context, String albumId, Exchange exchange) {
        put(
                COMPLETE,
                List.of(STATE + albumId, DEADLINES, COMPLETED, LEASES),
                version(exchange),
                albumId,
                exchange.getExchangeId(),
                write(exchange.getMessage().getBody(AlbumState.class)),
                LEASE);
    }

    @Override
    public void confirm(CamelContext context, String exchangeId) {
        redis.run(CONFIRM, List.of(COMPLETED, LEASES), exchangeId);
    }

    /** Returns false if Redis is unavailable; the aggregator retries. */
    @Override
    public boolean confirmWithResult(CamelContext context, String exchangeId) {
        return unlessRefused(() -> {
                    confirm(context, exchangeId);
                    return true;
                })
                .orElse(false);
    }

    /** Returns states for trials: they start with the state in Redis and keep changes in memory. */
    public AlbumStates rehearsal() {
        return new Rehearsal();
    }

    private final class Rehearsal extends AlbumStates {
        private final Map<String, Optional<Exchange>> albums = new HashMap<>();

        Rehearsal() {
            super(redis, json, properties);
        }

        @Override
        public Exchange get(CamelContext context, String albumId) {
            return albums.computeIfAbsent(albumId, id -> Optional.ofNullable(super.get(context, id)))
                    .orElse(null);
        }

        @Override
        public Exchange add(CamelContext context, String albumId, Exchange known, Exchange changed) {
            albums.put(albumId, Optional.of(changed));
            return known;
        }

        @Override
        public void remove(CamelContext context, String albumId, Exchange exchange) {
            albums.put(albumId, Optional.empty());
        }

        @Override
        public void confirm(CamelContext context, String exchangeId) {
            // no recovery, so nothing to confirm
        }

        @Override
        public Set<String> getKeys() {
            return Set.of();
        }

        @Override
        public Set<String> scan(CamelContext context) {
            return Set.of();
        }

        @Override
        public Exchange recover(CamelContext context, String exchangeId) {
            return null;
        }

        /** Returns false for a trial: a recovery would run on a separate thread. */
        @Override
        public boolean isUseRecovery() {
            return false;
        }

        @Override
        List<Long> overdue(Instant now) {
            return List.of();
        }

        @Override
        boolean isWaiting(long albumId) {
            return albums.getOrDefault(Long.toString(albumId), Optional.empty()).isPresent();
        }

        @Override
        void forget(long albumId) {
            albums.put(Long.toString(albumId), Optional.empty());
        }
    }

    /** Returns the waiting albums. */
    @Override
    public Set<String> getKeys() {
        return Set.copyOf(redis.call(commands -> commands.zrange(DEADLINES, 0, -1)));
    }

    /** Returns the completed albums that no process is assembling. */
    @Override
    public Set<String> scan(CamelContext context) {
        return unlessRefused(() -> redis.run(EXPIRED, List.of(LEASES), AT_MOST).stream()
                        .map(Object::toString)
                        .collect(Collectors.toSet()))
                .orElse(Set.of());
    }

    /** Returns null if another process is assembling the album. */
    @Override
    public Exchange recover(CamelContext context, String exchangeId) {
        return unlessRefused(() -> redis.run(RECOVER, List.of(COMPLETED, LEASES), exchangeId, LEASE))
                .filter(state -> !state.isEmpty())
                .flatMap(state -> unlessRefused(
                        () -> exchange(context, exchangeId, state.get(0).toString())))
                .orElse(null);
    }

    /**
     * Returns empty instead of an exception, which would end the recovery of all albums: the aggregator does not reschedule a failed task.
     */
    private static <T> Optional<T> unlessRefused(Supplier<T> work) {
        try {
            return Optional.of(work.get());
        } catch (RuntimeException e) {
            LOG.warn("Cannot recover completed albums: {}; retrying at the next check", e.toString());
            return Optional.empty();
        }
    }

    /** Returns albums whose deadline has passed, the oldest first, at most {@value #AT_MOST}. */
    List<Long> overdue(Instant now) {
        return redis
                .call(commands -> commands.zrangebyscore(
                        DEADLINES,
                        Range.create(Double.NEGATIVE_INFINITY, (double) now.toEpochMilli()),
                        Limit.create(0, AT_MOST)))
                .stream()
                .map(Long::valueOf)
                .toList();
    }

    boolean isWaiting(long albumId) {
        return redis.call(commands -> commands.exists(STATE + albumId)) > 0;
    }

    /** Removes an album that no longer exists. */
    void forget(long albumId) {
        redis.call(commands -> commands.zrem(DEADLINES, Long.toString(albumId)));
        redis.call(commands -> commands.del(STATE + albumId));
    }

    /** Returns the number of albums that are waiting or being assembled. */
    public long open() {
        return redis.call(commands -> commands.zcard(DEADLINES)) + redis.call(commands -> commands.zcard(LEASES));
    }

    private String write(AlbumState state) {
        return json.valueToTree(state).toString();
    }

    @Override
    public void setRecoveryInterval(long interval, TimeUnit unit) {
        throw fixed();
    }

    @Override
    public void setRecoveryInterval(long interval) {
        throw fixed();
    }

    @Override
    public long getRecoveryInterval() {
        return properties.recoveryInterval().toMillis();
    }

    @Override
    public void setUseRecovery(boolean useRecovery) {
        throw fixed();
    }

    @Override
    public boolean isUseRecovery() {
        return true;
    }

    @Override
    public void setDeadLetterUri(String uri) {
        throw fixed();
    }

    /** Returns none: the assembly of an album is retried until it succeeds. */
    @Override
    public String getDeadLetterUri() {
        return null;
    }

    @Override
    public void setMaximumRedeliveries(int maximum) {
        throw fixed();
    }

    @Override
    public int getMaximumRedeliveries() {
        return 0;
    }

    private static UnsupportedOperationException fixed() {
        return new UnsupportedOperationException("Set by the configuration album.*");
    }
}
