package routes.testing.qdrant;

import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.TlsServerCredentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Deque;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import routes.llm.standin.TestCertificate;
import routes.testing.FreePort;
import routes.vectorindex.qdrant.QdrantServerProperties;

/**
 * Speaks Qdrant's gRPC protocol, and keeps collections in memory, also while it is stopped. Use it as a static
 * {@code @RegisterExtension}. With {@code QDRANT_URL} in the environment, tests use that server instead, apart from those that inject
 * faults.
 */
public final class QdrantStandIn implements BeforeAllCallback, AfterAllCallback {
    private static final String REAL = System.getenv("QDRANT_URL");
    private static final int MAX_REQUEST = 32 << 20;

    private final Map<String, Integer> calls = new ConcurrentHashMap<>();
    private final Deque<Status> faults = new ConcurrentLinkedDeque<>();
    private volatile boolean hangs;
    private volatile String apiKey;
    private CollectionService collections;
    private TestCertificate tls;
    private int port;
    private Server server;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        port = FreePort.next();
        clear();
        start();
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        stop();
    }

    /** Whether tests run against the stand-in, which can fail on demand. */
    public static boolean isStandIn() {
        return REAL == null;
    }

    public String url() {
        return (tls == null ? "http" : "https") + "://127.0.0.1:" + port;
    }

    /** Of an index of its own. */
    public QdrantServerProperties properties() {
        return isStandIn()
                ? properties(Duration.ofSeconds(10))
                : new QdrantServerProperties(
                        REAL,
                        System.getenv().getOrDefault("QDRANT_API_KEY", ""),
                        System.getenv().getOrDefault("QDRANT_CA_FILE", ""),
                        "test_" + UUID.randomUUID().toString().substring(0, 8) + "_",
                        Duration.ofSeconds(30));
    }

    /** Of the stand-in. */
    public QdrantServerProperties properties(Duration timeout) {
        return new QdrantServerProperties(
                url(),
                apiKey == null ? "" : apiKey,
                tls == null ? "" : tls.pem().toString(),
                "",
                timeout);
    }

    public void start() throws IOException {
        server = Grpc.newServerBuilderForPort(port, credentials())
                .maxInboundMessageSize(MAX_REQUEST)
                .addService(collections)
                .addService(new PointService(collections))
                .addService(new HealthService())
                .intercept(new Faults())
                .build()
                .start();
    }

    private ServerCredentials credentials() throws IOException {
        if (tls == null) {
            return InsecureServerCredentials.create();
        }
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(tls.keyStore(), tls.password());
            return TlsServerCredentials.newBuilder()
                    .keyManager(keys.getKeyManagers())
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IOException("No server has these keys", e);
        }
    }

    /** With the next {@link #start}, the server speaks TLS with this certificate; null: not. */
    public void encrypt(TestCertificate certificate) {
        tls = certificate;
    }

    public void stop() throws InterruptedException {
        server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }

    /** A server that was stopped, emptied and started. */
    public void startEmpty() {
        try {
            stop();
            clear();
            start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Deletes everything, as a server does that starts with an empty volume. Takes effect with the next {@link #start}. */
    public void clear() {
        collections = new CollectionService();
        faults.clear();
        hangs = false;
        apiKey = null;
    }

    /** The next calls fail. */
    public void fail(Status status, int times) {
        for (int i = 0; i < times; i++) {
            faults.add(status);
        }
    }

    /** One call fails, after some that succeed; earlier faults are forgotten. */
    public void failAfter(int calls, Status status) {
        faults.clear();
        fail(Status.OK, calls);
        fail(status, 1);
    }

    /** Calls succeed from now on. */
    public void recover() {
        faults.clear();
    }

    /** Whether calls are accepted and never answered. */
    public void hang(boolean forever) {
        hangs = forever;
    }

    /** From now on, calls need this key. */
    public void require(String key) {
        apiKey = key;
    }

    /** Number of calls of a method so far, such as {@code Upsert}. */
    public int calls(String method) {
        return calls.getOrDefault(method, 0);
    }

    public CollectionService collections() {
        return collections;
    }

    private final class Faults implements ServerInterceptor {
        private static final Metadata.Key<String> API_KEY =
                Metadata.Key.of("api-key", Metadata.ASCII_STRING_MARSHALLER);

        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            calls.merge(call.getMethodDescriptor().getBareMethodName(), 1, Integer::sum);
            if (hangs) {
                return new ServerCall.Listener<>() {};
            }
            Status fault = faults.poll();
            if (fault == null && apiKey != null && !apiKey.equals(headers.get(API_KEY))) {
                fault = Status.UNAUTHENTICATED.withDescription(
                        "Must provide an API key or an Authorization bearer token");
            }
            if (fault != null && !fault.isOk()) {
                call.close(fault, new Metadata());
                return new ServerCall.Listener<>() {};
            }
            return next.startCall(call, headers);
        }
    }
}
