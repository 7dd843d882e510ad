package routes.redisstreams;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Message;
import org.apache.camel.Ordered;
import org.apache.camel.RollbackExchangeException;
import org.apache.camel.support.DefaultMessage;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.redis.StreamGroup;
import routes.redisstreams.HeldEntries.Delivery;

/** Passes entries to the route, one by one or in batches. */
final class EntryWorker implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(EntryWorker.class);

    private final RedisStreamsConsumer consumer;
    private final RedisStreamsConfiguration options;
    private final StreamGroup group;
    private final HeldEntries held;
    private final EntrySettler settler;
    private final RedisStreamsComponent component;

    EntryWorker(RedisStreamsConsumer consumer, StreamGroup group, HeldEntries held, EntrySettler settler) {
        this.consumer = consumer;
        this.options = consumer.getEndpoint().getConfiguration();
        this.group = group;
        this.held = held;
        this.settler = settler;
        this.component = consumer.getEndpoint().getComponent();
    }

    @Override
    public void run() {
        Duration linger = Duration.ofMillis(options.getBatchTimeout());
        boolean more = true;
        while (more) {
            try {
                List<StreamEntry> entries = held.next(options.getBatchSize(), linger);
                if (!entries.isEmpty()) {
                    admit(entries);
                }
                more = !entries.isEmpty() || held.isOpen();
            } catch (InterruptedException e) {
                // a forced stop, after which next() returns nothing; or a route that left the flag set, which must not
                // stop this worker
                LOG.debug("A worker of {} was interrupted", group, e);
            }
        }
    }

    /**
     * Processes entries concurrently with those of other consumers. An entry that may kill the process runs alone.
     *
     * @param entries several only if none of them was delivered before
     */
    private void admit(List<StreamEntry> entries) throws InterruptedException {
        List<Delivery> deliveries = entries.stream()
                .map(entry -> new Delivery(entry, completion(entry)))
                .toList();
        StreamEntry first = entries.get(0);
        if (first.killedItsProcess()) {
            settler.deadLetter(deliveries.get(0), new ProcessDeathException(first.id()));
            return;
        }
        boolean alone = first.mayKillItsProcess(options.getMaxDeliveries());
        Semaphore permits = component.permits();
        int needed = alone ? RedisStreamsComponent.ALL_PERMITS : 1;
        permits.acquire(needed);
        try {
            if (alone) {
                recordAlone(first);
            }
            deliveries.forEach(held::running);
            process(deliveries);
        } catch (RuntimeException | Error e) {
            LOG.error("Could not process {} of {}; they are delivered again", entries, group, e);
            deliveries.forEach(delivery -> settler.fail(delivery, e, FailureKind.UNCOUNTED));
        } finally {
            permits.release(needed);
            if (held.isOpen()) {
                // clears a flag that the route left set, so that it does not affect the next entry
                boolean unused = Thread.interrupted();
            }
        }
    }

    private StreamCompletion completion(StreamEntry entry) {
        return new StreamCompletion(
                component.getRedisClient(), String.join("/", entry.consumer(), group.group(), group.key(), entry.id()));
    }

    /** Records that this entry runs alone: if the process dies now, the entry is the cause. */
    private void recordAlone(StreamEntry entry) {
        LOG.warn(
                "Entry {} was pending when processes died ({}); its last delivery ({}) runs alone",
                entry.id(),
                group,
                entry.delivery());
        component.link().call(commands -> commands.hset(group.deaths(), "alone:" + entry.consumer(), entry.id()));
    }

    private void process(List<Delivery> deliveries) {
        Exchange exchange = consumer.createExchange(false);
        Settlement settlement = new Settlement(deliveries);
        try {
            fill(exchange, deliveries);
            exchange.getExchangeExtension().addOnCompletion(settlement);
            consumer.getProcessor().process(exchange);
        } catch (Exception | Error e) {
            exchange.setException(e);
        } finally {
            settlement.unlessSettled(exchange);
            consumer.releaseExchange(exchange, false);
        }
    }

    private void fill(Exchange exchange, List<Delivery> deliveries) {
        if (options.getBatchSize() == 1) {
            Delivery only = deliveries.get(0);
            exchange.setProperty(RedisStreamsConstants.COMPLETION, only.completion());
            fill(exchange.getIn(), only.entry());
            return;
        }
        exchange.setProperty(
                RedisStreamsConstants.COMPLETION,
                new StreamCompletion.Batch(
                        deliveries.stream().map(Delivery::completion).toList()));
        List<Message> items = new ArrayList<>();
        for (Delivery delivery : deliveries) {
            Message item = new DefaultMessage(exchange.getContext());
            item.setHeader(RedisStreamsConstants.BATCH_INDEX, items.size());
            fill(item, delivery.entry());
            items.add(item);
        }
        fill(exchange.getIn());
        exchange.getIn().setBody(items);
    }

    private void fill(Message message, StreamEntry entry) {
        fill(message);
        message.setBody(entry.fields());
        message.setHeader(RedisStreamsConstants.MESSAGE_ID, entry.id());
        message.setHeader(RedisStreamsConstants.CONSUMER, entry.consumer());
        message.setHeader(RedisStreamsConstants.DELIVERIES, entry.delivery());
    }

    private void fill(Message message) {
        message.setHeader(RedisStreamsConstants.STREAM, group.stream());
        message.setHeader(RedisStreamsConstants.KEY, group.key());
        message.setHeader(RedisStreamsConstants.GROUP, group.group());
    }

    /**
     * Settles the entries of an exchange when it ends, on any thread: seda and threads hand it over. Runs last, after an
     * idempotent consumer has confirmed.
     */
    private final class Settlement extends SynchronizationAdapter {
        private final List<Delivery> deliveries;
        private volatile boolean handedOver;
        private final AtomicBoolean settled = new AtomicBoolean();

        Settlement(List<Delivery> deliveries) {
            this.deliveries = deliveries;
        }

        @Override
        public int getOrder() {
            return Ordered.LOWEST;
        }

        @Override
        public void beforeHandover(Exchange target) {
            handedOver = true;
        }

        @Override
        public void onDone(Exchange exchange) {
            if (settled.compareAndSet(false, true) && !separated(exchange)) {
                deliveries.forEach(delivery -> settle(exchange, delivery));
            }
        }

        /** Separates a failed batch, so that one bad entry does not cost the other entries a delivery. */
        private boolean separated(Exchange exchange) {
            Throwable failure = deliveries.size() > 1
                    ? failureOf(exchange, deliveries.get(0).completion())
                    : null;
            boolean separated = failure != null && kindOf(exchange, failure).isOfOneEntry();
            if (separated) {
                settler.separate(deliveries, failure);
            }
            return separated;
        }

        /** Fails the entries if no synchronization ran: the route refused the exchange, or an error escaped Camel. */
        void unlessSettled(Exchange exchange) {
            if (!handedOver && settled.compareAndSet(false, true)) {
                Throwable failure = exchange.getException() != null
                        ? exchange.getException()
                        : new RejectedExecutionException("The route refused the exchange");
                deliveries.forEach(delivery -> settler.fail(delivery, failure, kindOf(exchange, failure)));
            }
        }

        private void settle(Exchange exchange, Delivery delivery) {
            StreamCompletion.Failure own = delivery.completion().failure();
            Throwable failure = own != null ? own.cause() : failureOf(exchange, delivery.completion());
            if (failure == null) {
                settler.complete(delivery);
            } else if (own != null) {
                settler.fail(delivery, failure, unlessStopping(failure, own.kind()));
            } else {
                settler.fail(delivery, failure, kindOf(exchange, failure));
            }
        }

        private FailureKind kindOf(Exchange exchange, Throwable failure) {
            return unlessStopping(failure, FailureKind.of(exchange, failure));
        }

        /** Returns the kind of a failure. A failure during a stop, or of an exchange that never began, is not counted. */
        private FailureKind unlessStopping(Throwable failure, FailureKind kind) {
            boolean stopping = !consumer.isRunAllowed() || failure instanceof RejectedExecutionException;
            return stopping ? FailureKind.UNCOUNTED : kind;
        }

        /** Returns why an entry must not be acknowledged; null if it may be acknowledged. */
        private static Throwable failureOf(Exchange exchange, StreamCompletion completion) {
            if (exchange.getException() != null) {
                return exchange.getException();
            }
            Throwable caught = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class);
            if (exchange.isRollbackOnly() || exchange.isRollbackOnlyLast()) {
                return caught != null ? caught : new RollbackExchangeException(exchange);
            }
            // a handled failure without an outcome: acknowledging the entry would lose it silently
            boolean lost = exchange.getExchangeExtension().isFailureHandled() && !completion.hasOutcome();
            return lost ? caught : null;
        }
    }
}
