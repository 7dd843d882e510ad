package routes.tdlib;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.Suspendable;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.support.DefaultConsumer;

/**
 * Consumes updates one after the other, in the order in which TDLib sent them. Updates of a failed exchange are not repeated: they
 * become part of the next {@value UpdateQueue#LOST}, which is repeated until it succeeds.
 */
@ManagedResource(description = "Managed TDLib Consumer")
public class TdlibConsumer extends DefaultConsumer implements Suspendable, ShutdownAware {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long BACKOFF_INITIAL = 1_000;
    private static final int MAX_DOUBLINGS = 20;
    private static final String READY = "authorizationStateReady";

    private final AtomicLong delivered = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private TdlibClient client;
    private UpdateQueue queue;
    private ExecutorService thread;
    private CountDownLatch stopping;
    private volatile boolean busy;

    public TdlibConsumer(TdlibEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
    }

    /** Readiness check: up if the client is signed in, so that it can receive updates. */
    private final class Readiness extends AbstractHealthCheck {
        Readiness() {
            super("camel", "tdlib-consumer-" + getRouteId());
        }

        @Override
        public boolean isLiveness() {
            return false;
        }

        @Override
        protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
            builder.detail("client", getClient());
            builder.detail("route.id", getRouteId());
            builder.detail("authorization", getAuthorizationState());
            builder.detail("connection", getConnectionState());
            if (READY.equals(getAuthorizationState())) {
                builder.up();
            } else {
                builder.message("The client " + getClient() + " is not signed in to Telegram")
                        .down();
            }
        }
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        TdlibConfiguration configuration = getEndpoint().getConfiguration();
        client = getEndpoint().client();
        setHealthCheck(new Readiness());
        queue = client.subscribe(
                configuration.typeSet(), configuration.getMaxQueued(), configuration.getMaxQueuedBytes());
        stopping = new CountDownLatch(1);
        thread = getEndpoint()
                .getCamelContext()
                .getExecutorServiceManager()
                .newSingleThreadExecutor(this, "TdlibUpdates");
        thread.execute(this::consume);
    }

    private void consume() {
        int failures = 0;
        try {
            while (stopping.getCount() > 0) {
                List<ObjectNode> updates =
                        queue.take(getEndpoint().getConfiguration().getBatchSize(), POLL);
                if (updates.isEmpty()) {
                    continue;
                }
                if (deliver(updates)) {
                    failures = 0;
                } else {
                    failures = Math.min(failures + 1, MAX_DOUBLINGS);
                    pause(failures);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean deliver(List<ObjectNode> updates) {
        busy = true;
        Exchange exchange = createExchange(false);
        try {
            boolean batch = getEndpoint().getConfiguration().getBatchSize() > 1;
            exchange.getMessage().setBody(batch ? updates : updates.get(0));
            exchange.getMessage().setHeader(TdlibConstants.CLIENT, getClient());
            if (!batch) {
                exchange.getMessage()
                        .setHeader(
                                TdlibConstants.TYPE,
                                updates.get(0).path("@type").asText());
            }
            try {
                getProcessor().process(exchange);
            } catch (Exception e) {
                exchange.setException(e);
            }
            if (exchange.getException() == null && !exchange.isRollbackOnly()) {
                delivered.addAndGet(updates.size());
                return true;
            }
            failed.addAndGet(updates.size());
            queue.lost(updates);
            getExceptionHandler()
                    .handleException(
                            "Failed to process updates of the client " + getClient()
                                    + "; their chats must be read again",
                            exchange,
                            exchange.getException());
            return false;
        } finally {
            releaseExchange(exchange, false);
            busy = false;
        }
    }

    private void pause(int failures) throws InterruptedException {
        long pause = Math.min(
                getEndpoint().getConfiguration().getBackoffMax(),
                BACKOFF_INITIAL << Math.min(failures - 1, MAX_DOUBLINGS));
        stopping.await(pause, TimeUnit.MILLISECONDS);
    }

    @Override
    protected void doSuspend() {
        queue.pause(true);
    }

    @Override
    protected void doResume() {
        queue.pause(false);
    }

    @Override
    protected void doStop() throws Exception {
        if (thread != null) {
            stopping.countDown();
            queue.close();
            getEndpoint().getCamelContext().getExecutorServiceManager().shutdownGraceful(thread);
            thread = null;
        }
        super.doStop();
    }

    @Override
    public boolean deferShutdown(ShutdownRunningTask shutdownRunningTask) {
        return false;
    }

    /** Exchanges that a graceful stop waits for. Queued updates do not count: they can be too many, and a start reads missed posts. */
    @Override
    public int getPendingExchangesSize() {
        return busy ? 1 : 0;
    }

    @Override
    public void prepareShutdown(boolean suspendOnly, boolean forced) {
        // nothing to prepare: the consumer takes no updates while suspended
    }

    @Override
    public TdlibEndpoint getEndpoint() {
        return (TdlibEndpoint) super.getEndpoint();
    }

    @ManagedAttribute(description = "Name of the client")
    public String getClient() {
        return getEndpoint().getConfiguration().getClient();
    }

    @ManagedAttribute(description = "Authorization state reported by TDLib; empty while the client is not open")
    public String getAuthorizationState() {
        return client == null ? "" : client.authorizationState();
    }

    @ManagedAttribute(description = "Connection state reported by TDLib; empty while unknown")
    public String getConnectionState() {
        return client == null ? "" : client.connectionState();
    }

    @ManagedAttribute(description = "Number of queued updates")
    public int getQueued() {
        return queue == null ? 0 : queue.size();
    }

    @ManagedAttribute(description = "Number of updates processed by the route")
    public long getDelivered() {
        return delivered.get();
    }

    @ManagedAttribute(description = "Number of updates whose exchange failed")
    public long getFailed() {
        return failed.get();
    }

    @ManagedAttribute(description = "Number of updates that were dropped or failed; their chats must be read again")
    public long getLost() {
        return queue == null ? 0 : queue.lostCount();
    }
}
