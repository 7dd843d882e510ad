package routes.llm;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.redisstreams.RedisLink;

/**
 * Permits for calls of a provider, over all processes: never more are out than allowed. A permit is a lease in Redis, so that
 * those of a process that died come back; it lasts longer than any call. Who waits is woken when one is given back.
 */
final class CallLeases implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CallLeases.class);
    private static final String KEY = "llm:leases:";
    private static final String RETURNED = "llm:lease-returned:";
    /** Messages of Redis get lost with a connection; then this is how late it is noticed. */
    private static final long LOOK_MILLIS = 500;

    /**
     * A permit is handed on within the process for so long, which saves two durable writes between two calls; then it goes
     * back, so that other processes have their turn.
     */
    private static final Duration HANDED_ON = Duration.ofSeconds(2);

    /** KEYS: leases. ARGV: token, milliseconds of the lease, permits. Returns 0, or milliseconds until the next lease ends. */
    private static final String TAKE =
            """
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
            if redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[3]) then
              redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
              redis.call('PEXPIRE', KEYS[1], ARGV[2])
              return 0
            end
            return math.max(1, redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] - now)
            """;

    /** KEYS: leases. ARGV: token, channel. */
    private static final String RETURN =
            """
            if redis.call('ZREM', KEYS[1], ARGV[1]) == 1 then
              redis.call('PUBLISH', ARGV[2], '')
              return 1
            end
            return 0
            """;

    private final RedisClient client;
    private final RedisLink link;
    private final Duration length;
    private final Map<String, Queue> queues = new ConcurrentHashMap<>();
    private StatefulRedisPubSubConnection<String, String> subscription;

    /** The threads of this process that wait for a provider: one of them tries, the others wait for their turn. */
    private static final class Queue {
        final ReentrantLock turn = new ReentrantLock(true);
        final Semaphore returned = new Semaphore(0);
        private final Deque<Lease> handedOn = new ArrayDeque<>();
        private int waiting;

        synchronized void enter() {
            waiting++;
        }

        /** @return permits that were meant for those who waited and that nobody waits for any more */
        synchronized List<Lease> leave() {
            if (--waiting > 0) {
                return List.of();
            }
            List<Lease> left = List.copyOf(handedOn);
            handedOn.clear();
            return left;
        }

        /** @return whether somebody waits who will take it */
        synchronized boolean handOn(Lease lease) {
            if (waiting == 0) {
                return false;
            }
            handedOn.add(lease);
            returned.release();
            return true;
        }

        synchronized Lease handed() {
            return handedOn.poll();
        }
    }

    /** A permit to call. */
    record Lease(String provider, String token, long takenNanos) {
        boolean mayBeHandedOn() {
            return System.nanoTime() - takenNanos < HANDED_ON.toNanos();
        }
    }

    /** @param length of a lease; longer than any call */
    CallLeases(RedisClient client, RedisLink link, Duration length) {
        this.client = client;
        this.link = link;
        this.length = length;
    }

    /**
     * Waits for a permit.
     *
     * @param permits how many may be out at a time
     * @return null if none came back in time
     */
    Lease take(String provider, int permits, Duration patience) throws InterruptedException {
        Queue queue = queues.computeIfAbsent(provider, name -> new Queue());
        listen();
        long end = System.nanoTime() + patience.toNanos();
        queue.enter();
        try {
            if (!queue.turn.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                return null;
            }
            try {
                return await(queue, provider, permits, end);
            } finally {
                queue.turn.unlock();
            }
        } finally {
            queue.leave().forEach(this::toRedis);
        }
    }

    private Lease await(Queue queue, String provider, int permits, long end) throws InterruptedException {
        String token = UUID.randomUUID().toString();
        while (true) {
            queue.returned.drainPermits();
            Lease handed = queue.handed();
            if (handed != null) {
                return handed;
            }
            Long wait = link.call(commands -> commands.eval(
                    TAKE,
                    ScriptOutputType.INTEGER,
                    new String[] {KEY + provider},
                    token,
                    Long.toString(length.toMillis()),
                    Integer.toString(permits)));
            if (wait == 0) {
                return new Lease(provider, token, System.nanoTime());
            }
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                return null;
            }
            boolean unused =
                    queue.returned.tryAcquire(Math.min(left, Math.min(wait, LOOK_MILLIS)), TimeUnit.MILLISECONDS);
        }
    }

    void giveBack(Lease lease) {
        if (!lease.mayBeHandedOn() || !queues.get(lease.provider()).handOn(lease)) {
            toRedis(lease);
        }
    }

    private void toRedis(Lease lease) {
        try {
            Long unused = link.call(commands -> commands.eval(
                    RETURN,
                    ScriptOutputType.INTEGER,
                    new String[] {KEY + lease.provider()},
                    lease.token(),
                    RETURNED + lease.provider()));
        } catch (RedisException e) {
            LOG.warn(
                    "A call of {} is over, but Redis does not take its permit back ({}); it ends by itself within {}",
                    lease.provider(),
                    e.getMessage(),
                    length);
        }
    }

    private synchronized void listen() {
        if (subscription == null) {
            StatefulRedisPubSubConnection<String, String> opened = client.connectPubSub();
            opened.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String pattern, String channel, String message) {
                    Queue queue = queues.get(channel.substring(RETURNED.length()));
                    if (queue != null) {
                        queue.returned.release();
                    }
                }
            });
            opened.sync().psubscribe(RETURNED + "*");
            subscription = opened;
        }
    }

    @Override
    public synchronized void close() {
        if (subscription != null) {
            subscription.close();
        }
    }
}
