package routes.api.http;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.coyote.Processor;
import org.apache.coyote.Request;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * Tomcat's HTTP/1.1 with a limit on the time that request line and headers take in all. Tomcat only limits the time between two
 * reads, so that a client that sends a byte now and then keeps its connection. No thread waits for them either way.
 */
public final class GuardedHttp11Protocol extends Http11NioProtocol {

    /** Of a coyote request: its connection. Tomcat itself uses the first numbers. */
    private static final int CONNECTION_NOTE = 30;

    /** A client that reads nothing of its answer for so long is let go. */
    private static final long WRITE_TIMEOUT_MILLIS = 10_000;

    private ScheduledFuture<?> watch;

    /** The connection of a request, if this protocol reads it (HTTP/2 has a protocol of its own). */
    static Optional<SocketWrapperBase<?>> connection(Request request) {
        return Optional.ofNullable((SocketWrapperBase<?>) request.getNote(CONNECTION_NOTE));
    }

    @Override
    public void start() throws Exception {
        super.start();
        watch = getUtilityExecutor().scheduleWithFixedDelay(this::endSlowHeaders, 1, 1, TimeUnit.SECONDS);
    }

    @Override
    public void stop() throws Exception {
        if (watch != null) {
            watch.cancel(false);
        }
        super.stop();
    }

    private void endSlowHeaders() {
        long patience = TimeUnit.MILLISECONDS.toNanos(getConnectionTimeout());
        for (SocketWrapperBase<?> connection : getEndpoint().getConnections()) {
            if (connection.getCurrentProcessor() instanceof GuardedProcessor processor
                    && processor.isIncomplete
                    && System.nanoTime() - processor.firstRead > patience) {
                // the poller closes it at its next look
                connection.setReadTimeout(1);
            }
        }
    }

    @Override
    protected Processor createProcessor() {
        return new GuardedProcessor(this);
    }

    private static final class GuardedProcessor extends Http11Processor {
        /** Whether request line or headers have begun and are not complete, and since when ({@link System#nanoTime}). */
        private volatile boolean isIncomplete;

        private volatile long firstRead;

        GuardedProcessor(GuardedHttp11Protocol protocol) {
            super(protocol, protocol.getAdapter());
        }

        @Override
        public SocketState process(SocketWrapperBase<?> connection, SocketEvent event) throws IOException {
            request.setNote(CONNECTION_NOTE, connection);
            connection.setWriteTimeout(WRITE_TIMEOUT_MILLIS);
            if (!isIncomplete) {
                firstRead = System.nanoTime();
            }
            SocketState state = super.process(connection, event);
            isIncomplete = state == SocketState.LONG && !isAsync();
            return state;
        }
    }
}
