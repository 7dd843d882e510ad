package routes.llm;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Configures the HTTP client for model providers: a time limit, a size limit, no retries, redirects or cookies. Its authorisation
 * is never on an exchange, where logs, traces and consoles could show it.
 */
final class ModelHttp implements HttpClientConfigurer {
    private static final int MAX_BYTES = 4 << 20;
    private static final int MAX_CONNECTIONS = 1_000;
    private static final Timeout CONNECT = Timeout.ofSeconds(5);
    private static final TimeValue IDLE = TimeValue.ofSeconds(20);

    private final Duration timeout;
    private final Supplier<String> authorization;
    private final Optional<SSLContext> tls;
    private final ScheduledExecutorService timer;

    /**
     * @param authorization value of the header of that name; empty for none
     * @param tls the trusted certificates; empty for those of the JDK
     */
    ModelHttp(
            Duration timeout,
            Supplier<String> authorization,
            Optional<SSLContext> tls,
            ScheduledExecutorService timer) {
        this.timeout = timeout;
        this.authorization = authorization;
        this.tls = tls;
        this.timer = timer;
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
        tls.ifPresent(context -> connections.setTlsSocketStrategy(new DefaultClientTlsStrategy(context)));
        builder.setConnectionManager(connections.build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(each)
                        .setConnectionRequestTimeout(each)
                        .build())
                // the caller controls retries; one here would not be counted
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .evictIdleConnections(IDLE)
                .addExecInterceptorFirst("bounds", new Bounds());
    }

    /** Ends a call that exceeds its time limit or whose answer is too large. */
    private final class Bounds implements ExecChainHandler {

        @Override
        public ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
                throws IOException, HttpException {
            String value = authorization.get();
            if (!value.isEmpty()) {
                request.setHeader(HttpHeaders.AUTHORIZATION, value);
            }
            AtomicBoolean over = new AtomicBoolean();
            ScheduledFuture<?> end = timer.schedule(
                    () -> {
                        over.set(true);
                        scope.execRuntime.discardEndpoint();
                    },
                    timeout.toMillis(),
                    TimeUnit.MILLISECONDS);
            try {
                ClassicHttpResponse response = chain.proceed(request, scope);
                HttpEntity entity = response.getEntity();
                if (entity == null) {
                    end.cancel(false);
                } else {
                    response.setEntity(new BoundEntity(entity, over, end));
                }
                return response;
            } catch (IOException e) {
                end.cancel(false);
                throw timedOut(e, over);
            }
        }
    }

    private IOException timedOut(IOException failure, AtomicBoolean over) {
        return over.get() ? new CallTimeoutException("no complete answer within " + timeout, failure) : failure;
    }

    private final class BoundEntity extends HttpEntityWrapper {
        private final AtomicBoolean over;
        private final ScheduledFuture<?> end;

        BoundEntity(HttpEntity entity, AtomicBoolean over, ScheduledFuture<?> end) {
            super(entity);
            this.over = over;
            this.end = end;
        }

        @Override
        public InputStream getContent() throws IOException {
            return new BoundStream(super.getContent(), over, end);
        }
    }

    private final class BoundStream extends FilterInputStream {
        private final AtomicBoolean over;
        private final ScheduledFuture<?> end;
        private int read;

        BoundStream(InputStream in, AtomicBoolean over, ScheduledFuture<?> end) {
            super(in);
            this.over = over;
            this.end = end;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                int count = super.read(bytes, offset, length);
                read += Math.max(0, count);
                if (read > MAX_BYTES) {
                    throw new IOException("the answer is larger than " + MAX_BYTES + " bytes");
                }
                return count;
            } catch (IOException e) {
                throw timedOut(e, over);
            }
        }

        @Override
        public void close() throws IOException {
            end.cancel(false);
            super.close();
        }
    }
}
