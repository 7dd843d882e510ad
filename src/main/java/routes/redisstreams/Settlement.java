package routes.redisstreams;

import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Ordered;
import org.apache.camel.RollbackExchangeException;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * Settles the entries of an exchange when it ends, on any thread: seda and threads hand it over. Runs last, after an
 * idempotent consumer has confirmed.
 */
final class Settlement extends SynchronizationAdapter {
    private final RedisStreamsConsumer consumer;
    private final EntrySettler settler;
    private final List<Delivery> deliveries;
    private volatile boolean takenAlong;
    private final AtomicBoolean settled = new AtomicBoolean();

    Settlement(RedisStreamsConsumer consumer, EntrySettler settler, List<Delivery> deliveries) {
        this.consumer = consumer;
        this.settler = settler;
        this.deliveries = deliveries;
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
        if (settled.compareAndSet(false, true)) {
            if (!separated(exchange)) {
                deliveries.forEach(delivery -> settle(exchange, delivery));
            }
        }
    }

    /** Separates a failed batch, so that one bad entry does not cost the other entries a delivery. */
    private boolean separated(Exchange exchange) {
        Throwable failure =
                deliveries.size() > 1 ? failureOf(exchange, deliveries.get(0).completion()) : null;
        if (failure == null) {
            return false;
        }
        boolean separated = kindOf(exchange, failure).isOfOneEntry();
        if (separated) {
            settler.separate(deliveries, failure);
        }
        return separated;
    }

    /** Fails the entries if no synchronization ran: the route refused the exchange, or an error escaped Camel. */
    void unlessSettled(Exchange exchange) {
        if (!takenAlong && settled.compareAndSet(false, true)) {
            Throwable failure = exchange.getException() != null
                    ? exchange.getException()
                    : new RejectedExecutionException("The route refused the exchange");
            FailureKind kind = kindOf(exchange, failure);
            deliveries.forEach(delivery -> settler.fail(delivery, failure, kind));
        }
    }

    private void settle(Exchange exchange, Delivery delivery) {
        StreamCompletion.Failure own = delivery.completion().failure();
        if (own != null) {
            settler.fail(delivery, own.cause(), interruptible(own.cause(), own.kind()));
            return;
        }
        Throwable failure = failureOf(exchange, delivery.completion());
        if (failure == null) {
            settler.complete(delivery);
        } else {
            settler.fail(delivery, failure, kindOf(exchange, failure));
        }
    }

    private FailureKind kindOf(Exchange exchange, Throwable failure) {
        return interruptible(failure, FailureKind.of(exchange, failure));
    }

    /** A failure during a stop, or of an exchange that never began, is not counted. */
    private FailureKind interruptible(Throwable failure, FailureKind kind) {
        return !consumer.isRunAllowed() || failure instanceof RejectedExecutionException ? FailureKind.UNCOUNTED : kind;
    }

    /** Why an entry must not be acknowledged; null if it may. */
    private static Throwable failureOf(Exchange exchange, StreamCompletion completion) {
        if (exchange.getException() != null) {
            return exchange.getException();
        }
        Throwable caught = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class);
        if (exchange.isRollbackOnly() || exchange.isRollbackOnlyLast()) {
            return caught != null ? caught : new RollbackExchangeException(exchange);
        }
        if (exchange.getExchangeExtension().isFailureHandled() && caught != null && !completion.hasOutcome()) {
            // handled, but without an outcome: acknowledging the entry would lose it silently
            return caught;
        }
        return null;
    }
}
