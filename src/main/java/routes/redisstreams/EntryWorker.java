package routes.redisstreams;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Message;
import org.apache.camel.Ordered;
import org.apache.camel.RollbackExchangeException;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the route process one entry after the other. */
final class EntryWorker implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(EntryWorker.class);

    private final RedisStreamsConsumer consumer;
    private final StreamGroup group;
    private final int maxDeliveries;
    private final HeldEntries held;
    private final EntrySettler settler;
    private final Turnstile turnstile;
    private final RedisLink link;

    EntryWorker(
            RedisStreamsConsumer consumer,
            StreamGroup group,
            int maxDeliveries,
            HeldEntries held,
            EntrySettler settler,
            Turnstile turnstile,
            RedisLink link) {
        this.consumer = consumer;
        this.group = group;
        this.maxDeliveries = maxDeliveries;
        this.held = held;
        this.settler = settler;
        this.turnstile = turnstile;
        this.link = link;
    }

    @Override
    public void run() {
        StreamEntry entry = null;
        do {
            try {
                entry = held.next();
                if (entry != null) {
                    admit(entry);
                }
            } catch (InterruptedException e) {
                // a forced stop, after which next() gives nothing; or a route that left the flag set, which must not
                // end us
                LOG.debug("A worker of {} was interrupted", group, e);
            }
        } while (entry != null || held.isOpen());
    }

    private void admit(StreamEntry entry) throws InterruptedException {
        StreamCompletion completion = new StreamCompletion(
                consumer.getEndpoint().getComponent().getRedisClient(),
                String.join("/", entry.consumer(), group.group(), group.key(), entry.id()));
        if (entry.convicted()) {
            settler.deadLetter(entry, completion, new ProcessDeathException(entry.id()));
            return;
        }
        boolean alone = entry.suspect(maxDeliveries);
        turnstile.enter(alone);
        try {
            if (alone) {
                noteAlone(entry);
            }
            held.running(entry, completion);
            process(entry, completion);
        } catch (RuntimeException | Error e) {
            LOG.error("Entry {} of {} could not be processed; it is delivered again", entry.id(), group, e);
            settler.fail(entry, completion, e, FailureKind.UNCOUNTED);
        } finally {
            turnstile.leave(alone);
            if (held.isOpen()) {
                // left by the route; the next entry is not to suffer for it
                boolean unused = Thread.interrupted();
            }
        }
    }

    /** Should the process die now, this entry is to blame. */
    private void noteAlone(StreamEntry entry) {
        LOG.warn(
                "Entry {} was pending when processes died ({}); its last delivery, {}, runs alone",
                entry.id(),
                group,
                entry.delivery());
        link.call(commands -> commands.hset(group.deathBook(), "alone:" + entry.consumer(), entry.id()));
    }

    private void process(StreamEntry entry, StreamCompletion completion) {
        Exchange exchange = consumer.createExchange(false);
        Settlement settlement = new Settlement(entry, completion);
        try {
            fill(exchange.getIn(), entry);
            exchange.setProperty(RedisStreamsConstants.COMPLETION, completion);
            exchange.getExchangeExtension().addOnCompletion(settlement);
            consumer.getProcessor().process(exchange);
        } catch (Exception | Error e) {
            exchange.setException(e);
        } finally {
            settlement.unlessSettled(exchange);
            consumer.releaseExchange(exchange, false);
        }
    }

    private void fill(Message message, StreamEntry entry) {
        message.setBody(entry.fields());
        message.setHeader(RedisStreamsConstants.STREAM, group.stream());
        message.setHeader(RedisStreamsConstants.KEY, group.key());
        message.setHeader(RedisStreamsConstants.MESSAGE_ID, entry.id());
        message.setHeader(RedisStreamsConstants.GROUP, group.group());
        message.setHeader(RedisStreamsConstants.CONSUMER, entry.consumer());
        message.setHeader(RedisStreamsConstants.DELIVERIES, entry.delivery());
    }

    /**
     * Settles the entry when its exchange has ended, wherever that is: seda and threads take it along. It comes last, after
     * an idempotent consumer has confirmed.
     */
    private final class Settlement extends SynchronizationAdapter {
        private final StreamEntry entry;
        private final StreamCompletion completion;
        private volatile boolean takenAlong;
        private final AtomicBoolean settled = new AtomicBoolean();

        Settlement(StreamEntry entry, StreamCompletion completion) {
            this.entry = entry;
            this.completion = completion;
        }

        @Override
        public int getOrder() {
            return Ordered.LOWEST;
        }

        @Override
        public void beforeHandover(Exchange target) {
            takenAlong = true;
        }

        @Override
        public void onDone(Exchange exchange) {
            settle(exchange, failureOf(exchange));
        }

        /** No synchronization runs where the route refused the exchange, or an error went through all of Camel. */
        void unlessSettled(Exchange exchange) {
            if (!takenAlong) {
                Throwable failure = exchange.getException();
                settle(
                        exchange,
                        failure != null ? failure : new RejectedExecutionException("The route refused the exchange"));
            }
        }

        private void settle(Exchange exchange, Throwable failure) {
            if (!settled.compareAndSet(false, true)) {
                return;
            }
            if (failure == null) {
                settler.complete(entry, completion);
            } else {
                settler.fail(entry, completion, failure, kindOf(exchange, failure));
            }
        }

        private FailureKind kindOf(Exchange exchange, Throwable failure) {
            if (!consumer.isRunAllowed() || failure instanceof RejectedExecutionException) {
                // cut short by a stop, or not even begun
                return FailureKind.UNCOUNTED;
            }
            try {
                return FailureKind.of(exchange, failure);
            } catch (IllegalArgumentException e) {
                LOG.warn(
                        "The exchange property {} is {}; a {} was expected. The failure is counted",
                        RedisStreamsConstants.FAILURE,
                        exchange.getProperty(RedisStreamsConstants.FAILURE),
                        FailureKind.class.getSimpleName());
                return FailureKind.COUNTED;
            }
        }

        /** Why the entry must not be acknowledged; null if it may. */
        private Throwable failureOf(Exchange exchange) {
            if (exchange.getException() != null) {
                return exchange.getException();
            }
            Throwable caught = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class);
            if (exchange.isRollbackOnly() || exchange.isRollbackOnlyLast()) {
                return caught != null ? caught : new RollbackExchangeException(exchange);
            }
            if (exchange.getExchangeExtension().isFailureHandled() && caught != null && !completion.hasOutcome()) {
                // handled, but nothing tells anyone: acknowledging it would lose it silently
                return caught;
            }
            return null;
        }
    }
}
