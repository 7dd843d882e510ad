package routes.llm;

import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.redis.RedisLink;
import routes.redis.Script;

/**
 * Permits for calls of a provider across all processes. The number in use never exceeds the limit. A permit is a lease in Redis, so
 * those of a process that died expire. A lease outlasts any call.
 */
final class CallLeases {
    private static final Logger LOG = LoggerFactory.getLogger(CallLeases.class);
    private static final String KEY = "llm:leases:";
    /** How often a process checks whether another one has returned a permit. One thread per provider does this. */
    private static final long LOOK_MILLIS = 100;

    /**
     * For this long a permit is passed on within the process, which saves two durable writes between two calls. Then it is returned, so
     * that other processes get their turn.
     */
    private static final Duration HANDED_ON = Duration.ofSeconds(2);

    /** KEYS: leases. ARGV: token, milliseconds of the lease, permits. Returns 1 if a permit was acquired. */
    private static final Script TAKE = Script.of(
            """
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
            if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
            redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
            redis.call('PEXPIRE', KEYS[1], ARGV[2])
            return 1
            """);

    private final RedisLink link;
    private final Duration length;
    private final Map<String, Queue> queues = new ConcurrentHashMap<>();

    /** The threads of this process that wait for a provider. One of them polls Redis, the others wait for their turn. */
    private static final class Queue {
        final ReentrantLock turn = new ReentrantLock(true);
        final BlockingQueue<Lease> handedOn = new LinkedBlockingQueue<>();
        private int waiting;

        synchronized void enter() {
            waiting++;
        }

        /** @return permits that were passed on when no thread was waiting any more */
        synchronized List<Lease> leave() {
            List<Lease> left = new ArrayList<>();
            if (--waiting == 0) {
                handedOn.drainTo(left);
            }
            return left;
        }

        /** @return whether a waiting thread will use it */
        synchronized boolean handOn(Lease lease) {
            return waiting > 0 && handedOn.add(lease);
        }
    }

    /** A permit to call. */
    record Lease(String provider, String token, long takenNanos) {
        boolean mayBeHandedOn() {
            return System.nanoTime() - takenNanos < HANDED_ON.toNanos();
        }
    }

    /** @param length of a lease; longer than any call */
    CallLeases(RedisLink link, Duration length) {
        this.link = link;
        this.length = length;
    }

    /**
     * Waits for a permit.
     *
     * @param permits maximum number in use at a time
     * @return null if none was returned in time
     */
    Lease take(String provider, int permits, Duration patience) throws InterruptedException {
        Queue queue = queues.computeIfAbsent(provider, name -> new Queue());
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
        Lease handedOn = queue.handedOn.poll();
        while (handedOn == null) {
            List<Object> taken = link.run(TAKE, List.of(KEY + provider), token, length, permits);
            if (taken.get(0).equals(1L)) {
                return new Lease(provider, token, System.nanoTime());
            }
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                return null;
            }
            handedOn = queue.handedOn.poll(Math.min(left, LOOK_MILLIS), TimeUnit.MILLISECONDS);
        }
        return handedOn;
    }

    void giveBack(Lease lease) {
        if (!lease.mayBeHandedOn() || !queues.get(lease.provider()).handOn(lease)) {
            toRedis(lease);
        }
    }

    private void toRedis(Lease lease) {
        try {
            Long unused = link.call(commands -> commands.zrem(KEY + lease.provider(), lease.token()));
        } catch (RedisException e) {
            LOG.warn(
                    "A call of {} is over, but Redis does not take its permit back ({}); it ends within {}",
                    lease.provider(),
                    e.getMessage(),
                    length);
        }
    }
}
