package routes.api.http;

import java.io.IOException;
import java.util.Optional;
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

    /** A client that reads nothing of its answer for so long is disconnected. */
    private static final long WRITE_TIMEOUT_MILLIS = 10_000;

    /** The connection of a request, if this protocol reads it (HTTP/2 has a protocol of its own). */
    static Optional<SocketWrapperBase<?>> connection(Request request) {
        return Optional.ofNullable((SocketWrapperBase<?>) request.getNote(CONNECTION_NOTE));
    }

    @Override
    protected Processor createProcessor() {
        return new GuardedProcessor(this);
    }

    private static final class GuardedProcessor extends Http11Processor {
        private final GuardedHttp11Protocol protocol;

        /** Whose request line or headers are incomplete, and since when ({@link System#nanoTime}). */
        private SocketWrapperBase<?> incomplete;

        private long firstRead;

        GuardedProcessor(GuardedHttp11Protocol protocol) {
            super(protocol, protocol.getAdapter());
            this.protocol = protocol;
        }

        /** Called for everything that arrives on a connection. */
        @Override
        public SocketState process(SocketWrapperBase<?> connection, SocketEvent event) throws IOException {
            request.setNote(CONNECTION_NOTE, connection);
            connection.setWriteTimeout(WRITE_TIMEOUT_MILLIS);
            if (incomplete != connection) {
                firstRead = System.nanoTime();
            } else if (System.nanoTime() - firstRead > TimeUnit.MILLISECONDS.toNanos(protocol.getConnectionTimeout())) {
                incomplete = null;
                return SocketState.CLOSED;
            }
            SocketState state = super.process(connection, event);
            incomplete = state == SocketState.LONG && !isAsync() ? connection : null;
            return state;
        }
    }
}
