package routes.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.HttpResponse.ResponseInfo;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import routes.events.Json;

/**
 * Client of the Bot API, also used by the component {@code telegram}, which accepts an {@link HttpClient}. It inserts the token into the
 * address just before sending: Camel uses {@value #HIDDEN} instead, so that no endpoint, exception or log of Camel contains the token. It
 * limits the duration of requests, and passes on only answers with {@code "ok": true}, because the component treats all other answers as
 * successes.
 */
final class BotClient extends HttpClient {
    /** Placeholder for the token. */
    static final String HIDDEN = "hidden";

    private static final String HIDDEN_PATH = "/bot" + HIDDEN + "/";
    private static final Duration CONNECT = Duration.ofSeconds(10);
    /** Added to the timeout, so that the JDK's own timeouts occur first: their exceptions show whether a connection was established. */
    private static final Duration MARGIN = Duration.ofSeconds(1);

    /** Maximum size of a response in bytes. A request returns at most 100 messages of at most 4,096 characters each. */
    private static final int MAX_BYTES = 8 << 20;

    private static final ObjectMapper JSON = Json.newMapper();

    private final HttpClient client = HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .followRedirects(Redirect.NEVER)
            .build();
    private final BotProperties properties;

    BotClient(BotProperties properties) {
        this.properties = properties;
    }

    /**
     * Calls a method without a body.
     *
     * @param query beginning with ?, or empty
     * @param timeout of the whole request
     * @return {@code result} of the answer; fails with a {@link BotException} if the Bot API refuses the request
     */
    CompletableFuture<JsonNode> get(String method, String query, Duration timeout) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(properties.url() + HIDDEN_PATH + method + query))
                .timeout(timeout)
                .build();
        return exchange(request, (info, bytes) -> checked(info, bytes).path("result"))
                .thenApply(HttpResponse::body);
    }

    /** Converts a complete answer. */
    private interface Reader<T> {
        T read(ResponseInfo info, byte[] bytes) throws IOException;
    }

    /** Applies a timeout to the whole answer. The timeout of an {@link HttpRequest} ends with the response headers. */
    private <T> CompletableFuture<HttpResponse<T>> exchange(HttpRequest request, Reader<T> reader) {
        HttpRequest real = real(request);
        Duration timeout = real.timeout().orElseThrow();
        CompletableFuture<HttpResponse<T>> answer = client.sendAsync(
                real,
                info -> BodySubscribers.mapping(new Limited(), bytes -> {
                    try {
                        return reader.read(info, bytes);
                    } catch (IOException e) {
                        throw new CompletionException(e);
                    }
                }));
        return answer.copy()
                .orTimeout(timeout.plus(MARGIN).toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((whole, failure) -> answer.cancel(true))
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(
                        cause(failure) instanceof TimeoutException
                                ? new HttpTimeoutException("no complete response within " + timeout.toMillis() + " ms")
                                : cause(failure)));
    }

    private static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException || failure instanceof ExecutionException
                ? cause(failure.getCause())
                : failure;
    }

    /** Fails if the answer is larger than any answer of the Bot API. */
    private static final class Limited implements BodySubscriber<byte[]> {
        private final BodySubscriber<byte[]> bytes = BodySubscribers.ofByteArray();
        private Flow.Subscription subscription;
        private long left = MAX_BYTES;

        @Override
        public void onSubscribe(Flow.Subscription to) {
            subscription = to;
            bytes.onSubscribe(to);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            if (left < 0) {
                return;
            }
            left -= buffers.stream().mapToLong(ByteBuffer::remaining).sum();
            if (left < 0) {
                subscription.cancel();
                bytes.onError(new IOException("the response has more than " + MAX_BYTES + " bytes"));
            } else {
                bytes.onNext(buffers);
            }
        }

        @Override
        public void onError(Throwable failure) {
            bytes.onError(failure);
        }

        @Override
        public void onComplete() {
            bytes.onComplete();
        }

        @Override
        public CompletionStage<byte[]> getBody() {
            return bytes.getBody();
        }
    }

    private HttpRequest real(HttpRequest request) {
        String address = request.uri().toString().replace(HIDDEN_PATH, "/bot" + properties.token() + "/");
        return HttpRequest.newBuilder(request, (name, value) -> true)
                .uri(URI.create(address))
                .timeout(request.timeout().orElse(properties.timeout()))
                .build();
    }

    /**
     * @throws BotException if the Bot API refuses the request
     * @throws IOException if the answer does not come from the Bot API: a proxy may still have forwarded the request
     */
    private static JsonNode checked(ResponseInfo response, byte[] bytes) throws IOException {
        JsonNode answer;
        try {
            answer = JSON.readTree(new String(bytes, UTF_8));
        } catch (JsonProcessingException e) {
            answer = null;
        }
        if (answer == null || !answer.path("ok").isBoolean()) {
            throw new IOException("status " + response.statusCode() + " without a response of the Bot API");
        }
        if (!answer.path("ok").booleanValue()) {
            int code = answer.path("error_code").asInt(response.statusCode());
            JsonNode seconds = answer.path("parameters").path("retry_after");
            throw new BotException(
                    code,
                    answer.path("description").asText("without a description"),
                    seconds.isNumber() ? Duration.ofSeconds(Math.max(1, seconds.asLong())) : null);
        }
        return answer;
    }

    /** Sends in the calling thread, so that the route continues in it: the component is not thread-safe. */
    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, BodyHandler<T> handler) {
        try {
            return CompletableFuture.completedFuture(send(request, handler));
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpRequest request, BodyHandler<T> handler, PushPromiseHandler<T> pushes) {
        return sendAsync(request, handler);
    }

    /** The component reads only status, headers and body of the answer, not its address, which contains the token. */
    @Override
    public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler)
            throws IOException, InterruptedException {
        try {
            return exchange(request, (info, bytes) -> {
                        checked(info, bytes);
                        BodySubscriber<T> body = handler.apply(info);
                        body.onSubscribe(WHOLE);
                        body.onNext(List.of(ByteBuffer.wrap(bytes)));
                        body.onComplete();
                        return body.getBody().toCompletableFuture().join();
                    })
                    .get();
        } catch (ExecutionException e) {
            throw cause(e) instanceof IOException failure ? failure : new IOException(cause(e));
        }
    }

    private static final Flow.Subscription WHOLE = new Flow.Subscription() {
        @Override
        public void request(long n) {
            // all data is passed at once
        }

        @Override
        public void cancel() {
            // nothing to cancel
        }
    };

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return client.cookieHandler();
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return client.connectTimeout();
    }

    @Override
    public Redirect followRedirects() {
        return client.followRedirects();
    }

    @Override
    public Optional<ProxySelector> proxy() {
        return client.proxy();
    }

    @Override
    public SSLContext sslContext() {
        return client.sslContext();
    }

    @Override
    public SSLParameters sslParameters() {
        return client.sslParameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return client.authenticator();
    }

    @Override
    public Version version() {
        return client.version();
    }

    @Override
    public Optional<Executor> executor() {
        return client.executor();
    }
}
