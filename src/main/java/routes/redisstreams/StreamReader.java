package routes.redisstreams;

import io.lettuce.core.Consumer;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.redis.RedisLink;
import routes.redis.StreamAdmin;
import routes.redis.StreamGroup;
import routes.redis.StreamRepair;

/**
 * Fetches entries for the workers of one consumer, as many as there is room for: first its own pending entries (at the start and after
 * each reconnect), then parked entries that are due, idle entries of other consumers, and new entries. Retries after any Redis error or
 * timeout until stopped.
 */
final class StreamReader implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(StreamReader.class);

    private static final Duration MOMENT = Duration.ofMillis(300);

    /** How often the reader checks whether the group is paused. */
    private static final Duration PAUSE_CHECK = Duration.ofSeconds(1);

    private final StreamGroup group;
    private final Set<String> groupsOfStream;
    private final RedisStreamsConfiguration options;
    private final RedisLink blocking;
    private final ConsumerName name;
    private final HeldEntries held;
    private final PendingEntries pending;
    private final StreamAdmin admin;
    private final ServerState state;
    private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile boolean stopped;
    private volatile boolean suspended;
    private volatile boolean quiet = true;
    private volatile boolean reading;
    private volatile String pausedBecause;
    private long nextPauseCheckNanos = System.nanoTime();

    private boolean holding;
    private int failures;
    private long preparedConnection;
    private String preparedName;
    private long nextScanNanos = System.nanoTime();

    /** @param blocking connection used only for blocking reads */
    StreamReader(
            StreamGroup group,
            Set<String> groupsOfStream,
            RedisStreamsConfiguration options,
            RedisLink blocking,
            RedisLink link,
            ConsumerName name,
            HeldEntries held,
            PendingEntries pending) {
        this.group = group;
        this.groupsOfStream = groupsOfStream;
        this.options = options;
        this.blocking = blocking;
        this.name = name;
        this.held = held;
        this.pending = pending;
        this.admin = new StreamAdmin(link);
        this.state = new ServerState(group.toString());
    }

    @Override
    public void run() {
        while (awaitPermission()) {
            try {
                fetch();
                state.up();
                failures = 0;
            } catch (InterruptedException e) {
                // only stop() ends this thread; interrupted work is checked again
                preparedConnection = 0;
            } catch (RuntimeException | Error e) {
                failed(e);
            }
        }
        letGo();
        change(() -> quiet = true);
    }

    /** Waits while suspended; returns false once stopped. */
    private boolean awaitPermission() {
        if (isHalted()) {
            letGo();
            preparedConnection = 0;
        }
        lock.lock();
        try {
            if (suspended) {
                quiet = true;
                changed.signalAll();
            }
            while (suspended && !stopped) {
                changed.awaitUninterruptibly();
            }
            quiet = false;
            return !stopped;
        } finally {
            lock.unlock();
        }
    }

    private void fetch() throws InterruptedException {
        if (isPaused()) {
            letGo();
            preparedConnection = 0;
            pause(PAUSE_CHECK);
            return;
        }
        holding = true;
        Optional<String> consumer = prepare();
        if (consumer.isEmpty()) {
            pause(Duration.ofMillis(options.nameLease().toMillis() / 5));
            return;
        }
        int wanted = Math.min(options.getReadCount(), options.getMaxInFlight());
        int room = held.awaitRoom(wanted, Duration.ofMillis(options.getBlockTimeout()));
        if (room == 0) {
            return;
        }
        if (pending.ownLeft()) {
            pending.takeOwn(consumer.get(), Math.min(room, options.getReadCount()));
            reading = !pending.ownLeft();
            return;
        }
        pending.takeDue(Math.min(room, options.getReadCount()));
        if (held.outage() == null) {
            claim(consumer.get());
        }
        readNew(consumer.get());
    }

    /** Returns whether the group is paused. */
    private boolean isPaused() {
        if (System.nanoTime() - nextPauseCheckNanos >= 0) {
            String reason = admin.pausedBecause(group);
            nextPauseCheckNanos = System.nanoTime() + PAUSE_CHECK.toNanos();
            if (reason != null && pausedBecause == null) {
                LOG.info("{} is paused: {}", group, reason);
            } else if (reason == null && pausedBecause != null) {
                LOG.info("{} is resumed", group);
            }
            pausedBecause = reason;
        }
        return pausedBecause != null;
    }

    /** Ensures that the connection, the groups and the name exist. A new connection or name restarts the scan of own pending entries. */
    private Optional<String> prepare() {
        long connection = blocking.connect();
        if (connection != preparedConnection) {
            reading = false;
            admin.ensureGroups(Map.of(group.key(), groupsOfStream));
        }
        Optional<String> consumer = name.acquire();
        if (consumer.isPresent()
                && (connection != preparedConnection || !consumer.get().equals(preparedName))) {
            pending.startOwn();
            preparedConnection = connection;
            preparedName = consumer.get();
        }
        return consumer;
    }

    private void claim(String consumer) {
        int room = Math.min(held.room(), options.getReadCount());
        if (room > 0 && untilScan().isZero() && pending.claim(consumer, room)) {
            name.removeIdleConsumers(Duration.ofMillis(options.getConsumerIdle()));
            nextScanNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(options.getClaimInterval());
        }
    }

    private Duration untilScan() {
        return Duration.ofNanos(Math.max(0, nextScanNanos - System.nanoTime()));
    }

    @SuppressWarnings("unchecked") // generic varargs array
    private void readNew(String consumer) throws InterruptedException {
        Duration block = block();
        if (held.parkedFull()) {
            pause(block.plusMillis(1));
            return;
        }
        int count = held.roomForNew(options.getReadCount());
        if (count == 0) {
            // no room, or an outage, during which other consumers may be able to process new entries
            pause(held.outage() == null ? Duration.ZERO : block.plusMillis(1));
            return;
        }
        XReadArgs arguments = XReadArgs.Builder.count(count);
        if (block.toMillis() > 0) {
            arguments.block(block);
        }
        List<StreamMessage<String, String>> entries = blocking.call(commands -> commands.xreadgroup(
                Consumer.from(group.group(), consumer), arguments, StreamOffset.lastConsumed(group.key())));
        if (isHalted()) {
            // the entries stay pending and are released
            return;
        }
        acknowledgeForOthers(entries);
        held.offer(entries.stream()
                .filter(this::isForUs)
                .map(entry -> StreamEntry.fresh(entry.getId(), consumer, entry.getBody()))
                .toList());
    }

    /**
     * Returns whether this group is a target of the entry. Every group receives a replayed entry, even if it was replayed for only one of
     * them.
     */
    private boolean isForUs(StreamMessage<String, String> entry) {
        String wanted = entry.getBody().get(StreamRepair.REPLAY_GROUP);
        return wanted == null || wanted.equals(group.group());
    }

    private void acknowledgeForOthers(List<StreamMessage<String, String>> entries) {
        String[] others = entries.stream()
                .filter(entry -> !isForUs(entry))
                .map(StreamMessage::getId)
                .toArray(String[]::new);
        if (others.length > 0) {
            // without a reply, they are read again as pending entries and processed; stages recognise repeated entries
            long unused = blocking.call(commands -> commands.xack(group.key(), group.group(), others));
        }
    }

    /** Returns how long a read may block: until the next scan or parked entry is due, at most blockTimeout. */
    private Duration block() {
        Duration limit = Duration.ofMillis(options.getBlockTimeout());
        Duration scan = untilScan();
        return held.untilDue(scan.compareTo(limit) < 0 ? scan : limit);
    }

    private void failed(Throwable e) {
        // an unanswered read may still have delivered entries: check what is pending
        preparedConnection = 0;
        reading = false;
        if (isHalted()) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        failures++;
        if (groupMissing(e) && failures == 1) {
            LOG.warn("{}: the stream or group does not exist ({}); creating it again", group, e.getMessage());
            return;
        }
        LOG.debug("{}: failure {}, interrupted: {}", group, failures, interrupted, e);
        state.down(e);
        pause(backoff.delay(failures));
    }

    private static boolean groupMissing(Throwable e) {
        return e instanceof RedisCommandExecutionException
                && Stream.of("NOGROUP", "UNBLOCKED", "no such key").anyMatch(String.valueOf(e.getMessage())::contains);
    }

    /**
     * Releases entries that were not started, so that any consumer may claim them. If Redis fails, they are claimed when they become idle.
     */
    private void letGo() {
        if (!holding) {
            return;
        }
        holding = false;
        reading = false;
        held.drain();
        try {
            name.get().ifPresent(pending::letGo);
        } catch (RuntimeException e) {
            state.down(e);
        }
    }

    private void pause(Duration time) {
        await(time, this::isHalted);
    }

    /** Waits for the condition, at most this long. */
    private void await(Duration time, BooleanSupplier condition) {
        lock.lock();
        try {
            long nanos = time.toNanos();
            while (!condition.getAsBoolean() && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private boolean isHalted() {
        return stopped || suspended;
    }

    /** Suspends, and waits briefly until the reader is quiet, because the shutdown strategy checks only once a second. */
    void suspend() {
        change(() -> suspended = true);
        // a blocked read would still deliver entries
        blocking.disconnect();
        held.wake();
        await(MOMENT, () -> quiet);
    }

    void resume() {
        change(() -> suspended = false);
    }

    void stop() {
        change(() -> stopped = true);
        blocking.disconnect();
        held.wake();
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether nothing is being fetched: the reader is suspended or has ended. */
    boolean isQuiet() {
        return quiet;
    }

    /** Returns whether new entries are being read: there is a connection and a name, and the scan of own pending entries is complete. */
    boolean isReading() {
        return reading;
    }

    /** Returns why the group is paused; null if it is not paused. */
    String pausedBecause() {
        return pausedBecause;
    }

    /** Returns why Redis is unavailable; null while it is available. */
    String problem() {
        return state.problem();
    }
}
