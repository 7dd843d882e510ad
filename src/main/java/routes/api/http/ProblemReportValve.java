package routes.api.http;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.apache.coyote.ContinueResponseTiming;
import org.apache.coyote.http11.Http11InputBuffer;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.apache.tomcat.util.res.StringManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;

/**
 * The outermost valve. Requests that Tomcat refuses before they reach Spring (for example, a malformed request line) get problem details
 * instead of HTML. If a response is sent before the request body has arrived, the connection is closed: otherwise Tomcat would wait for
 * the body with one of its few threads.
 */
final class ProblemReportValve extends ErrorReportValve {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemReportValve.class);
    private static final String RESPONSE = ProblemReportValve.class.getName();
    private static final String TOO_LONG =
            StringManager.getManager(Http11InputBuffer.class).getString("iib.requestheadertoolarge.error");

    /**
     * A client that is still sending would get a connection reset instead of the response. A small pool of threads reads its data for this
     * long.
     */
    private static final Duration LINGER = Duration.ofMillis(500);

    private final Semaphore lingering = new Semaphore(4);

    /** Sends "100 Continue" to a client that waits for it. Tomcat sends it only for blocking reads. */
    static void acknowledge(ServletRequest request) throws IOException {
        if (request.getAttribute(RESPONSE) instanceof Response response) {
            response.sendAcknowledgement(ContinueResponseTiming.ON_REQUEST_BODY_READ);
        }
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        request.setAttribute(RESPONSE, response);
        super.invoke(request, response);
        if (isBodyMissing(request)) {
            int status = response.getStatus();
            request.getCoyoteRequest().action(ActionCode.DISABLE_SWALLOW_INPUT, null);
            response.getCoyoteResponse()
                    .setStatus(status); // Tomcat treats an unread body as an error and changes 200 to 500
            response.finishResponse();
            GuardedHttp11Protocol.connection(request.getCoyoteRequest()).ifPresent(this::linger);
        }
    }

    /**
     * Runs around the filters. Announces the end of the connection before a Tomcat error page commits the response; otherwise a client
     * would send its next request over a connection that is being closed. {@link ProblemHandler} does the same for problems.
     */
    static final class Announcement extends ValveBase {
        Announcement() {
            super(true);
        }

        @Override
        public void invoke(Request request, Response response) throws IOException, ServletException {
            getNext().invoke(request, response);
            if (isBodyMissing(request)) {
                response.setHeader(HttpHeaders.CONNECTION, "close");
            }
        }
    }

    private static boolean isBodyMissing(Request request) {
        return !request.isAsync() && !isBodyRead(request) && !isBodyReceived(request);
    }

    private static boolean isBodyRead(Request request) {
        var isRead = new AtomicBoolean();
        request.getCoyoteRequest().action(ActionCode.REQUEST_BODY_FULLY_READ, isRead);
        return isRead.get();
    }

    /** Returns whether Tomcat can skip the body without waiting for the client. */
    private static boolean isBodyReceived(Request request) {
        var coyote = request.getCoyoteRequest();
        coyote.action(ActionCode.AVAILABLE, Boolean.TRUE);
        long length = coyote.getContentLengthLong();
        return length >= 0 && coyote.getAvailable() >= length - coyote.getBytesRead();
    }

    private void linger(SocketWrapperBase<?> connection) {
        boolean mayWait = lingering.tryAcquire();
        long end = System.nanoTime() + (mayWait ? LINGER.toNanos() : 0);
        ByteBuffer ignored = ByteBuffer.allocate(8192);
        try {
            int read;
            do {
                read = connection.read(false, ignored.clear());
                if (read == 0 && mayWait) {
                    TimeUnit.MILLISECONDS.sleep(5);
                }
            } while (read >= 0 && System.nanoTime() < end);
        } catch (IOException e) {
            LOG.debug("The client closed the connection", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (mayWait) {
                lingering.release();
            }
        }
    }

    @Override
    protected void report(Request request, Response response, Throwable throwable) {
        if (response.getStatus() == HttpStatus.BAD_REQUEST.value() && isTooLong(request)) {
            boolean hasLine = !request.getCoyoteRequest().requestURI().isNull();
            response.setStatus(
                    (hasLine ? HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE : HttpStatus.URI_TOO_LONG).value());
        }
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        ProblemDetail problem = ProblemType.ofStatus(HttpStatusCode.valueOf(status), detail(status));
        uri(request.getRequestURI()).ifPresent(problem::setInstance);
        try {
            response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            response.getOutputStream().write(HttpConfiguration.JSON.writeValueAsBytes(problem));
            response.finishResponse();
        } catch (IOException | IllegalStateException e) {
            LOG.debug("The client did not read the response with status {}", status, e);
        }
    }

    private static boolean isTooLong(Request request) {
        return request.getCoyoteRequest().getAttribute(RequestDispatcher.ERROR_EXCEPTION) instanceof Exception e
                && TOO_LONG.equals(e.getMessage());
    }

    private static String detail(int status) {
        return switch (status) {
            case 414 -> "The URL is too long";
            case 431 -> "The headers are too long";
            default -> "The request is not well-formed HTTP";
        };
    }

    /** Returns empty if the path is not a valid URI, which may be the reason why the request was refused. */
    static Optional<URI> uri(String path) {
        try {
            return Optional.ofNullable(path).map(URI::create);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
