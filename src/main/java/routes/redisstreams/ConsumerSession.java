package routes.redisstreams;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.spi.ExecutorServiceManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.redis.RedisLink;
import routes.redis.StreamGroup;

/** A consumer's state for one key between start and stop: its name, the entries it holds and the threads that process them. */
final class ConsumerSession {
    private static final Logger LOG = LoggerFactory.getLogger(ConsumerSession.class);

    /** How long a stop waits for the reader to release entries; otherwise they are claimed later. */
    private static final Duration LET_GO = Duration.ofSeconds(5);

    /** Maximum milliseconds between probes during an outage, so that work resumes soon after it ends. */
    private static final long MAX_PROBE = 5_000;

    private final RedisStreamsConsumer consumer;
    private final RedisStreamsComponent component;
    private final RedisStreamsConfiguration options;
    private final ExecutorServiceManager threads;
    private final StreamGroup group;
    final HeldEntries held;
    final OutcomeCounter outcomes;
    final ConsumerName name;
    private final RedisLink blocking;
    private final PendingEntries pending;
    final StreamReader reader;
    private ExecutorService readerThread;
    private ExecutorService workers;
    private ScheduledFuture<?> heartbeat;
    private long renewedNanos = System.nanoTime();

    ConsumerSession(RedisStreamsConsumer consumer, StreamGroup group) {
        RedisStreamsEndpoint endpoint = consumer.getEndpoint();
        this.consumer = consumer;
        this.component = endpoint.getComponent();
        this.options = endpoint.getConfiguration();
        this.threads = endpoint.getCamelContext().getExecutorServiceManager();
        this.group = group;
        Backoff probes = new Backoff(
                Duration.ofMillis(options.getBackoffInitial()),
                Duration.ofMillis(Math.min(options.getBackoffMax(), Math.max(options.getBackoffInitial(), MAX_PROBE))));
        held = new HeldEntries(
                options.getMaxInFlight(),
                options.getMaxParked(),
                new Outage(group, probes, options.getMaxDeliveries()));
        outcomes = new OutcomeCounter(group, component.outcomeListener());
        name = new ConsumerName(component.link(), group, component.getInstanceName(), options.nameLease());
        blocking = new RedisLink(component.getRedisClient(), component.timeout().plusMillis(options.getBlockTimeout()));
        pending = new PendingEntries(
                component.link(), group, name, held, outcomes, Duration.ofMillis(options.getClaimMinIdle()));
        reader = new StreamReader(
                group, endpoint.groupsOfStream(), options, blocking, component.link(), name, held, pending);
    }

    void start() {
        Backoff backoff =
                new Backoff(Duration.ofMillis(options.getBackoffInitial()), Duration.ofMillis(options.getBackoffMax()));
        EntrySettler settler = new EntrySettler(
                group, consumer.getRouteId(), options.getMaxDeliveries(), backoff, held, component.writer(), outcomes);
        int concurrency = options.getConcurrency();
        workers = threads.newFixedThreadPool(consumer, "RedisStreamsWorker[" + group.stream() + "]", concurrency);
        for (int i = 0; i < concurrency; i++) {
            workers.execute(new EntryWorker(consumer, group, held, settler));
        }
        readerThread = threads.newSingleThreadExecutor(consumer, "RedisStreamsReader[" + group.stream() + "]");
        readerThread.execute(reader);
        long beat = options.nameLease().toMillis() / 3;
        heartbeat = component.heartbeats().scheduleWithFixedDelay(this::beat, beat, beat, TimeUnit.MILLISECONDS);
    }

    /**
     * Renews the leases of this consumer, so that its entries are not considered abandoned: its name at every heartbeat; its entries in
     * flight and parked, and the leases of its exchanges, every third of claimMinIdle.
     */
    private void beat() {
        try {
            name.renew();
            if (System.nanoTime() - renewedNanos >= TimeUnit.MILLISECONDS.toNanos(options.getClaimMinIdle() / 3)) {
                renewedNanos = System.nanoTime();
                pending.renewHeld();
            }
        } catch (RuntimeException e) {
            // the reader reports that Redis is unavailable; the next beat retries
            LOG.debug("{}: heartbeat failed", group, e);
        }
    }

    /** Stops reading entries and starting exchanges; running exchanges continue. */
    void suspend() {
        reader.suspend();
    }

    void resume() {
        reader.resume();
    }

    /** Stops everything; interrupts exchanges that are still running. */
    void stop() {
        // a forced stop runs in an interrupted thread, in which calls to Redis would fail
        boolean interrupted = Thread.interrupted();
        reader.stop();
        held.close();
        threads.shutdownGraceful(readerThread, LET_GO.toMillis());
        threads.shutdownNow(workers);
        heartbeat.cancel(false);
        releaseName();
        blocking.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void releaseName() {
        if (reader.problem() != null) {
            // a stop does not wait for Redis again; the lease expires
            return;
        }
        try {
            name.release();
        } catch (RuntimeException e) {
            LOG.debug("Could not release the consumer name of {}; its lease expires", group, e);
        }
    }

    /** Returns the number of exchanges that a graceful stop has to wait for. */
    int pending() {
        return held.inFlight() + (reader.isQuiet() ? 0 : 1);
    }
}
