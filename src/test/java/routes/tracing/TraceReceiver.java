package routes.tracing;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/** Takes spans as a collector does, over HTTP in protobuf. */
public final class TraceReceiver implements AutoCloseable {

    /**
     * A span.
     *
     * @param parent empty for a root
     * @param links traces of other spans that it names
     */
    public record Received(
            String name,
            String kind,
            String traceId,
            String id,
            String parent,
            String status,
            Map<String, String> values,
            List<String> links) {}

    private final List<Received> spans = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private volatile int status = 200;

    public TraceReceiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/v1/traces", this::take);
        server.start();
    }

    /** For {@code OTEL_EXPORTER_OTLP_ENDPOINT}. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Whether spans are refused from now on. */
    public void refuse(boolean isRefused) {
        status = isRefused ? 503 : 200;
    }

    public List<Received> spans() {
        return spans;
    }

    /** The parent of a span, if it has arrived. */
    public Optional<Received> parent(Received span) {
        return spans.stream().filter(one -> one.id().equals(span.parent())).findFirst();
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
            InputStream body = zipped ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody();
            var request = ExportTraceServiceRequest.parseFrom(body);
            if (status == 200) {
                request.getResourceSpansList()
                        .forEach(resource -> resource.getScopeSpansList().forEach(scope -> scope.getSpansList()
                                .forEach(span -> spans.add(new Received(
                                        span.getName(),
                                        span.getKind().name(),
                                        hex(span.getTraceId()),
                                        hex(span.getSpanId()),
                                        hex(span.getParentSpanId()),
                                        span.getStatus().getCode().name(),
                                        span.getAttributesList().stream()
                                                .collect(Collectors.toMap(KeyValue::getKey, TraceReceiver::text)),
                                        span.getLinksList().stream()
                                                .map(link -> hex(link.getTraceId()))
                                                .toList())))));
            }
            exchange.sendResponseHeaders(status, -1);
        }
    }

    private static String text(KeyValue attribute) {
        AnyValue value = attribute.getValue();
        return value.hasArrayValue()
                ? value.getArrayValue().getValuesList().stream()
                        .map(AnyValue::getStringValue)
                        .collect(Collectors.joining(","))
                : value.hasStringValue() ? value.getStringValue() : value.toString();
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
