package routes.crawl4ai;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.stereotype.Component;
import routes.crawl4ai.Crawl4aiAnswers.Step;
import routes.web.Fetched;
import routes.web.PageFetcher;

/**
 * Reads pages with a crawl4ai server. Our own address guard checks the requested addresses and the addresses of the returned pages.
 */
@Component
public final class Crawl4ai {
    /** Maximum size of a response. A page of 10 MB is returned as source, as cleaned source and as Markdown, all escaped. */
    private static final int MAX_ANSWER = 48 << 20;

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration HEALTH = Duration.ofSeconds(2);
    private static final int OK = 200;
    private static final Duration POLL = Duration.ofMillis(500);

    private final Crawl4aiProperties properties;
    private final PageFetcher fetcher;
    private final Crawl4aiAnswers answers;
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    Crawl4ai(Crawl4aiProperties properties, PageFetcher fetcher) {
        this.properties = properties;
        this.fetcher = fetcher;
        this.answers = new Crawl4aiAnswers(url -> fetcher.refusal(url).orElse(null));
    }

    /** Whether a server is configured. */
    public boolean isConfigured() {
        return !properties.url().isEmpty();
    }

    /**
     * Returns the page as rendered by the server's browser, or the reason why it could not be read. The text of the page is HTML,
     * or Markdown ({@code text/markdown}) if the server returns nothing else.
     *
     * @throws Crawl4aiException if the server returns no result for the page
     */
    public Fetched fetch(String url) throws Crawl4aiException, InterruptedException {
        var refused = fetcher.refusal(url);
        if (refused.isPresent()) {
            return refused.get();
        }
        long start = System.nanoTime();
        long deadline = start + properties.timeout().toNanos();
        HttpRequest.Builder next = request("/crawl")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(Crawl4aiAnswers.request(url)));
        while (true) {
            HttpResponse<byte[]> response = send(next.build(), deadline);
            Step step = answers.answer(
                    url,
                    response.statusCode(),
                    new String(response.body(), UTF_8),
                    Duration.ofNanos(System.nanoTime() - start));
            if (step instanceof Step.Done done) {
                return done.fetched();
            }
            TimeUnit.NANOSECONDS.sleep(Math.min(POLL.toNanos(), Math.max(0, deadline - System.nanoTime())));
            next = request(((Step.Waiting) step).path()).GET();
        }
    }

    /** Calls the server's health endpoint. Returns the problem, or empty if the server works or none is configured. */
    public Optional<String> problem() {
        if (!isConfigured()) {
            return Optional.empty();
        }
        try {
            HttpResponse<byte[]> response =
                    send(request("/health").GET().build(), System.nanoTime() + HEALTH.toNanos());
            return response.statusCode() == OK
                    ? Optional.empty()
                    : Optional.of("Crawl4AI at " + properties.url() + " returns status " + response.statusCode());
        } catch (Crawl4aiException e) {
            return Optional.of(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(properties.endpoint(path)));
        // ignored by versions without authentication
        if (!properties.apiToken().isEmpty()) {
            request.header("Authorization", "Bearer " + properties.apiToken());
        }
        return request;
    }

    private HttpResponse<byte[]> send(HttpRequest request, long deadline)
            throws Crawl4aiException, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> response = http.sendAsync(request, head -> new Limited());
        try {
            return response.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw Crawl4aiException.fault(
                    "crawl4ai_timeout", "Crawl4AI at " + properties.url() + " did not respond in time");
        } catch (ExecutionException e) {
            throw Crawl4aiException.fault(
                    "crawl4ai_unreachable", "Crawl4AI at " + properties.url() + ": " + e.getCause());
        } finally {
            response.cancel(true);
        }
    }

    /** Reads a body of at most {@link #MAX_ANSWER} bytes. */
    private static final class Limited implements BodySubscriber<byte[]> {
        private final CompletableFuture<byte[]> result = new CompletableFuture<>();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private Flow.Subscription subscription;

        @Override
        public CompletionStage<byte[]> getBody() {
            return result;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscribed) {
            subscription = subscribed;
            subscribed.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            for (ByteBuffer buffer : buffers) {
                byte[] bytes = new byte[buffer.remaining()];
                buffer.get(bytes);
                body.writeBytes(bytes);
            }
            if (body.size() > MAX_ANSWER) {
                subscription.cancel();
                result.completeExceptionally(new IOException("the response has more than " + MAX_ANSWER + " bytes"));
            }
        }

        @Override
        public void onError(Throwable failure) {
            result.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            result.complete(body.toByteArray());
        }
    }
}
