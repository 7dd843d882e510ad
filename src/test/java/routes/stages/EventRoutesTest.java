package routes.stages;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import routes.events.Event;
import routes.events.EventCodec;
import routes.events.Examples;
import routes.events.InvalidEventException;
import routes.events.Json;
import routes.events.LegacyEntries;
import routes.events.PostParsed;
import routes.events.StreamCatalog;

class EventRoutesTest {

    private static final String CURRENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static final String OTHER = "00-11111111111111111111111111111111-2222222222222222-01";

    private final EventCodec codec = new EventCodec(Json.newMapper(), new StreamCatalog());
    private final Map<String, String> logged = new HashMap<>();
    private final CamelContext camel = new DefaultCamelContext();
    private ProducerTemplate producer;

    @BeforeEach
    void start() throws Exception {
        camel.getRegistry().bind("events", new EventRoutes(codec));
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                onException(InvalidEventException.class).handled(true).setProperty("permanent", constant(true));
                from("direct:read")
                        .bean("events", "read")
                        .process(exchange -> logged.putAll(MDC.getCopyOfContextMap()));
                from("direct:copy").bean("events", "read").bean("events", "write");
                from("direct:write").bean("events", "write");
            }
        });
        camel.start();
        producer = camel.createProducerTemplate();
    }

    @AfterEach
    void stop() {
        camel.stop();
        MDC.clear();
    }

    @Test
    void readsTheEntryInTheBodyAndMarksTheExchange() {
        Exchange exchange = send("direct:read", LegacyEntries.flatPost());

        assertThat(exchange.getException()).isNull();
        assertThat(exchange.getMessage().getBody()).isInstanceOf(PostParsed.class);
        assertThat(exchange.getProperty(EventRoutes.TRACE_ID)).isEqualTo("t1:c1:77");
        assertThat(exchange.getProperty(EventRoutes.TRIGGER)).isEqualTo("initial");
        assertThat(exchange.getProperty(EventRoutes.STREAM)).isEqualTo("posts.parsed");
    }

    @Test
    void entryIdGivesTheTimeOfAnEventWithoutOne() {
        Map<String, String> fields = LegacyEntries.flatPost();
        fields.remove("occurred_at");

        Exchange exchange = send("direct:read", fields);

        assertThat(exchange.getMessage().getBody(PostParsed.class).occurredAt()).isEqualTo("2025-11-01T12:26:40Z");
    }

    @Test
    void logLinesCarryTraceAndTriggerOnlyWhileTheExchangeRuns() {
        send("direct:read", LegacyEntries.flatPost());

        assertThat(logged).containsEntry("trace_id", "t1:c1:77").containsEntry("trigger", "initial");
        assertThat(MDC.get("trace_id")).isNull();
        assertThat(MDC.get("trigger")).isNull();
    }

    @Test
    void anEventWithoutTriggerDoesNotInheritTheOneBefore() {
        MDC.put("trigger", "manual");
        Exchange exchange = producer.request("direct:read", request -> {
            request.getMessage().setBody(Map.of("post_id", Examples.POST.toString()));
            request.getMessage().setHeader("CamelRedisStreamsStream", "posts.indexed");
        });

        assertThat(exchange.getException()).isNull();
        assertThat(logged).containsKey("trace_id").doesNotContainKey("trigger");
        assertThat(exchange.getProperty(EventRoutes.TRIGGER)).isNull();
    }

    @Test
    void routesRecogniseAnEntryThatIsNoEvent() {
        Exchange exchange = send("direct:read", Map.of("data", "{}"));

        assertThat(exchange.getProperty("permanent")).isEqualTo(true);
        assertThat(exchange.getProperty(Exchange.EXCEPTION_CAUGHT)).isInstanceOf(InvalidEventException.class);
    }

    @Test
    void aRouteThatForgetsTheStreamIsToldSo() {
        Exchange exchange =
                producer.request("direct:read", request -> request.getMessage().setBody(LegacyEntries.flatPost()));

        assertThat(exchange.getException())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CamelRedisStreamsStream");
    }

    @Test
    void writesTheEventInTheBody() {
        Event event = Examples.parsed("text");

        Exchange exchange =
                producer.request("direct:write", request -> request.getMessage().setBody(event));

        assertThat(exchange.getMessage().getBody()).isEqualTo(codec.write(event));
        assertThat(producer.request(
                                "direct:write", request -> request.getMessage().setBody("text"))
                        .getException())
                .isInstanceOf(InvalidPayloadException.class);
    }

    @Test
    void theTraceOfTheEntryGoesOnUnlessTracingSetsAnother() {
        Map<String, String> fields = new HashMap<>(codec.write(Examples.parsed("text"), CURRENT));

        assertThat(traceparent(send("direct:copy", fields))).isEqualTo(CURRENT);
        Exchange traced = producer.request("direct:copy", request -> {
            entry(request, fields);
            request.getMessage().setHeader("traceparent", OTHER);
        });
        assertThat(traceparent(traced)).isEqualTo(OTHER);
    }

    private static Object traceparent(Exchange exchange) {
        return exchange.getMessage().getBody(Map.class).get("traceparent");
    }

    private Exchange send(String endpoint, Map<String, String> fields) {
        return producer.request(endpoint, request -> entry(request, fields));
    }

    private static void entry(Exchange exchange, Map<String, String> fields) {
        exchange.getMessage().setBody(fields);
        exchange.getMessage().setHeader("CamelRedisStreamsStream", "posts.parsed");
        exchange.getMessage().setHeader("CamelRedisStreamsMessageId", "1762000000000-0");
    }
}
