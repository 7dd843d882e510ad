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
 * Tomcat's HTTP/1.1 with a limit on the total time for request line and headers. Tomcat limits only the time between two reads, so a
 * client that sends one byte at a time could hold a connection. Neither limit occupies a thread.
 */
public final class GuardedHttp11Protocol extends Http11NioProtocol {

    /** Index of the Coyote request note that holds the connection. Tomcat itself uses the low numbers. */
    private static final int CONNECTION_NOTE = 30;

    /** A client that reads none of its response for this long is disconnected. */
    private static final long WRITE_TIMEOUT_MILLIS = 10_000;

    /** Returns the connection of a request if this protocol handles it (HTTP/2 has its own protocol). */
    static Optional<SocketWrapperBase<?>> connection(Request request) {
        return Optional.ofNullable((SocketWrapperBase<?>) request.getNote(CONNECTION_NOTE));
    }

    @Override
    protected Processor createProcessor() {
        return new GuardedProcessor(this);
    }

    private static final class GuardedProcessor extends Http11Processor {
        private final GuardedHttp11Protocol protocol;

        /** Connection with an incomplete request line or headers; {@code firstRead} is the start ({@link System#nanoTime}). */
        private SocketWrapperBase<?> incomplete;

        private long firstRead;

        GuardedProcessor(GuardedHttp11Protocol protocol) {
            super(protocol, protocol.getAdapter());
            this.protocol = protocol;
        }

        /** Called whenever data arrives on a connection. */
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
