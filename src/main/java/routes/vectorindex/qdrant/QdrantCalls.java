package routes.vectorindex.qdrant;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.qdrant.client.QdrantClient;
import io.qdrant.client.QdrantGrpcClient;
import io.qdrant.client.grpc.Common.Filter;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.springframework.core.NestedExceptionUtils;
import routes.configuration.ConfigurationException;
import routes.vectorindex.VectorIndexException;
import routes.vectorindex.VectorIndexUnavailableException;
import routes.vectorindex.words.QueryPlan.Field;
import routes.vectorindex.words.QueryPlan.Term;

/** Calls to the server with a deadline. All calls are idempotent, so the channel retries those that the server could not accept. */
final class QdrantCalls implements AutoCloseable {
    private static final int GRPC_PORT = 6334;
    /** Maximum size of a response, in bytes. 150 posts with the longest texts take about a tenth of it. */
    private static final int MAX_ANSWER = 64 << 20;

    private static final long MARGIN_MILLIS = 500;
    /** After a failure, calls fail without a request for this time. */
    private static final Duration REST = Duration.ofSeconds(1);

    private static final Map<String, Object> REPETITIONS = Map.of(
            "methodConfig",
            List.of(Map.of(
                    "name",
                    List.of(Map.of()),
                    "retryPolicy",
                    Map.of(
                            "maxAttempts",
                            4.0,
                            "initialBackoff",
                            "0.1s",
                            "maxBackoff",
                            "1s",
                            "backoffMultiplier",
                            3.0,
                            "retryableStatusCodes",
                            List.of("UNAVAILABLE", "RESOURCE_EXHAUSTED")))));

    /** Status codes that mean an unavailable server. All others mean an invalid request. */
    private static final Set<Status.Code> UNAVAILABLE = Set.of(
            Status.Code.UNAVAILABLE,
            Status.Code.DEADLINE_EXCEEDED,
            Status.Code.RESOURCE_EXHAUSTED,
            Status.Code.UNAUTHENTICATED,
            Status.Code.PERMISSION_DENIED,
            Status.Code.CANCELLED,
            Status.Code.ABORTED,
            Status.Code.INTERNAL,
            Status.Code.UNKNOWN);

    /** The collection does not exist. */
    static final class NoCollectionException extends VectorIndexException {
        private static final long serialVersionUID = 1L;

        NoCollectionException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The server rejects the request. */
    static final class RefusedException extends VectorIndexException {
        private static final long serialVersionUID = 1L;
        private final boolean isConflict;

        RefusedException(String message, Throwable cause, boolean isConflict) {
            super(message, cause);
            this.isConflict = isConflict;
        }

        /** Whether the object already exists, because another process has created it. */
        boolean isConflict() {
            return isConflict;
        }
    }

    private record Failure(String message, Throwable cause, long since) {}

    private final QdrantServerProperties properties;
    private final QdrantClient client;
    private volatile Failure last;

    QdrantCalls(QdrantServerProperties properties) {
        this.properties = properties;
        URI address = URI.create(properties.url());
        ManagedChannel channel = Grpc.newChannelBuilderForAddress(
                        address.getHost(),
                        address.getPort() < 0 ? GRPC_PORT : address.getPort(),
                        address.getScheme().equals("https")
                                ? tls(properties.caFile())
                                : InsecureChannelCredentials.create())
                .maxInboundMessageSize(MAX_ANSWER)
                .keepAliveTime(30, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .defaultServiceConfig(REPETITIONS)
                .enableRetry()
                .build();
        var builder = QdrantGrpcClient.newBuilder(channel, true, false).withTimeout(properties.timeout());
        client = new QdrantClient(
                (properties.apiKey().isEmpty() ? builder : builder.withApiKey(properties.apiKey())).build());
    }

    /** @throws ConfigurationException if the file cannot be read or contains no certificate */
    private static ChannelCredentials tls(String caFile) {
        if (caFile.isBlank()) {
            return TlsChannelCredentials.create();
        }
        try {
            File file = new File(caFile);
            try (InputStream certificates = new FileInputStream(file)) {
                if (CertificateFactory.getInstance("X.509")
                        .generateCertificates(certificates)
                        .isEmpty()) {
                    throw new ConfigurationException("QDRANT_CA_FILE=" + caFile + ": the file contains no certificate");
                }
            }
            return TlsChannelCredentials.newBuilder().trustManager(file).build();
        } catch (IOException | CertificateException e) {
            throw new ConfigurationException(
                    "QDRANT_CA_FILE=" + caFile + ": cannot read a certificate from this file; the format must be PEM ("
                            + e + ")",
                    e);
        }
    }

    /**
     * Returns the response of the server.
     *
     * @throws VectorIndexUnavailableException if there is no response
     * @throws NoCollectionException if the collection does not exist
     * @throws RefusedException if the server rejects the request
     */
    <T> T call(Function<QdrantClient, ListenableFuture<T>> call) {
        Failure before = last;
        if (before != null && System.nanoTime() - before.since() < REST.toNanos()) {
            throw new VectorIndexUnavailableException(before.message(), before.cause());
        }
        ListenableFuture<T> answer = call.apply(client);
        try {
            T result = answer.get(properties.timeout().toMillis() + MARGIN_MILLIS, TimeUnit.MILLISECONDS);
            last = null;
            return result;
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        } catch (TimeoutException e) {
            throw unavailable("no response within " + properties.timeout().toSeconds() + " s (QDRANT_TIMEOUT)", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("the thread was interrupted", e);
        } finally {
            answer.cancel(true);
        }
    }

    /** Returns the number of points with each stem. */
    List<Integer> counts(String collection, Filter within, Collection<String> stems) {
        List<Long> counts = call(caller -> Futures.allAsList(stems.stream()
                .map(stem -> Filter.newBuilder(within)
                        .addMust(Filters.any(List.of(new Term(Field.STEM, stem))))
                        .build())
                .map(filter -> caller.countAsync(collection, filter, true))
                .toList()));
        return counts.stream().map(Math::toIntExact).toList();
    }

    private VectorIndexException failure(Throwable cause) {
        if (!(cause instanceof StatusRuntimeException refusal)) {
            return new VectorIndexException(message(String.valueOf(cause.getMessage())), cause);
        }
        Status status = refusal.getStatus();
        String reason = status.getCode() + " "
                + NestedExceptionUtils.getMostSpecificCause(refusal).getMessage();
        if (UNAVAILABLE.contains(status.getCode())) {
            return unavailable(reason, refusal);
        }
        return status.getCode() == Status.Code.NOT_FOUND
                ? new NoCollectionException(message(reason), refusal)
                : new RefusedException(message(reason), refusal, status.getCode() == Status.Code.ALREADY_EXISTS);
    }

    private VectorIndexUnavailableException unavailable(String reason, Throwable cause) {
        boolean isHttp = reason.contains("SETTINGS") || reason.contains("HTTP/1");
        String message = message(reason)
                + (isHttp
                        ? ". The server at this port does not support gRPC: QDRANT_URL must contain the gRPC port, usually 6334"
                        : ". Check that the server runs, QDRANT_URL and QDRANT_API_KEY");
        last = new Failure(message, cause, System.nanoTime());
        return new VectorIndexUnavailableException(message, cause);
    }

    private String message(String reason) {
        return "The vector index in Qdrant at " + properties.url() + ": " + reason;
    }

    /** Returns the collection name with the prefix of this installation. */
    String named(String collection) {
        return properties.collectionPrefix() + collection;
    }

    @Override
    public String toString() {
        return "in Qdrant at " + properties.url();
    }

    @Override
    public void close() {
        client.close();
    }
}
