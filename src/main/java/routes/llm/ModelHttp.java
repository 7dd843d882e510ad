package routes.llm;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;
import routes.configuration.ConfigurationException;

/**
 * Configures the HTTP client for model providers: a time limit, a size limit, no retries, redirects or cookies. The authorisation
 * is never stored in an exchange, where logs, traces and consoles could show it.
 *
 * @param authorization returns the value of the Authorization header; empty for none
 * @param tls the trusted certificates; null for those of the JDK
 */
record ModelHttp(Duration timeout, Supplier<String> authorization, SSLContext tls, ScheduledExecutorService timer)
        implements HttpClientConfigurer {
    /** Media type of a streamed response. */
    static final String EVENTS = "text/event-stream";

    private static final int MAX_BYTES = 4 << 20;
    private static final int PART = 8 << 10;
    /** Interval for checking whether the caller was interrupted. A thread that reads from a socket does not react to an interrupt. */
    private static final Duration LOOK = Duration.ofMillis(200);

    /** Receives the events of the call on this thread. Not a parameter, because the call passes through a route. */
    private static final ThreadLocal<Consumer<String>> LISTENER = new ThreadLocal<>();

    private static final int MAX_CONNECTIONS = 1_000;
    private static final Timeout CONNECT = Timeout.ofSeconds(5);
    private static final TimeValue IDLE = TimeValue.ofSeconds(20);

    /**
     * Trusts the certificates of a PEM file and no others.
     *
     * @param setting name of the setting, for messages
     * @throws ConfigurationException if the file cannot be read or contains no certificate
     */
    static SSLContext trustingOnly(String setting, String file) {
        try {
            PemSslStoreDetails trusted =
                    PemSslStoreDetails.forCertificate(Path.of(file).toUri().toString());
            return SslBundle.of(new PemSslStoreBundle(null, trusted)).createSslContext();
        } catch (RuntimeException e) {
            throw new ConfigurationException(
                    setting + "=" + file + ": cannot read a certificate from this file; the format must be PEM (" + e
                            + ")",
                    e);
        }
    }

    @Override
    public void configureHttpClient(HttpClientBuilder builder) {
        Timeout each = Timeout.of(timeout);
        PoolingHttpClientConnectionManagerBuilder connections = PoolingHttpClientConnectionManagerBuilder.create()
                // the leases limit the number of concurrent calls
                .setMaxConnPerRoute(MAX_CONNECTIONS)
                .setMaxConnTotal(MAX_CONNECTIONS)
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(CONNECT)
                        .setSocketTimeout(each)
                        .build());
        if (tls != null) {
            connections.setTlsSocketStrategy(new DefaultClientTlsStrategy(tls));
        }
        builder.setConnectionManager(connections.build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(each)
                        .setConnectionRequestTimeout(each)
                        .build())
                // the caller controls retries; retries of the client would not be counted
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .evictIdleConnections(IDLE)
                .addExecInterceptorFirst("limits", this::execute);
    }

    /**
     * Makes a call on this thread.
     *
     * @param events receives the data of each server-sent event as it arrives; may be null
     */
    static <T> T listening(Consumer<String> events, Supplier<T> call) {
        LISTENER.set(events);
        try {
            return call.get();
        } finally {
            LISTENER.remove();
        }
    }

    /**
     * Aborts a call that exceeds its time limit, whose caller is interrupted, or whose response is too large. Reads the whole
     * response.
     */
    private ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException, HttpException {
        String value = authorization.get();
        if (!value.isEmpty()) {
            request.setHeader(HttpHeaders.AUTHORIZATION, value);
        }
        AtomicBoolean over = new AtomicBoolean();
        Runnable end = () -> {
            over.set(true);
            scope.execRuntime.discardEndpoint();
        };
        ScheduledFuture<?> limit = timer.schedule(end, timeout.toMillis(), TimeUnit.MILLISECONDS);
        Thread caller = Thread.currentThread();
        Runnable look = () -> {
            if (caller.isInterrupted()) {
                scope.execRuntime.discardEndpoint();
            }
        };
        ScheduledFuture<?> looks =
                timer.scheduleWithFixedDelay(look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
        try {
            ClassicHttpResponse response = chain.proceed(request, scope);
            HttpEntity entity = response.getEntity();
            if (entity != null) {
                response.setEntity(
                        new ByteArrayEntity(read(entity, scope), ContentType.parseLenient(entity.getContentType())));
            }
            return response;
        } catch (IOException e) {
            if (caller.isInterrupted()) {
                throw (IOException) new InterruptedIOException("the caller has stopped waiting").initCause(e);
            }
            if (!over.get()) {
                throw e;
            }
            var timedOut = new SocketTimeoutException("no complete response within " + timeout);
            timedOut.initCause(e);
            throw timedOut;
        } finally {
            limit.cancel(false);
            looks.cancel(false);
        }
    }

    private static byte[] read(HttpEntity entity, ExecChain.Scope scope) throws IOException {
        Consumer<String> listener = LISTENER.get();
        boolean isInParts = listener != null
                && entity.getContentType() != null
                && entity.getContentType().toLowerCase(Locale.ROOT).startsWith(EVENTS);
        ServerSentEvents events = new ServerSentEvents(isInParts ? listener : event -> {});
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] part = new byte[PART];
        try (InputStream content = entity.getContent()) {
            try {
                for (int length = content.read(part); length >= 0; length = content.read(part)) {
                    body.write(part, 0, length);
                    if (body.size() > MAX_BYTES) {
                        throw new IOException("the response is larger than " + MAX_BYTES + " bytes");
                    }
                    if (isInParts) {
                        events.read(part, length);
                    }
                }
                return body.toByteArray();
            } catch (IOException | RuntimeException e) {
                scope.execRuntime.discardEndpoint(); // closing the stream would read the remaining bytes
                throw e;
            }
        }
    }
}
