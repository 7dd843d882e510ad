package routes.stages;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Message;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultMessage;
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
import routes.events.Recorded;
import routes.events.StageOutcome;
import routes.events.StreamCatalog;
import routes.tracing.EntryTraces;

class EventRoutesTest {

    private static final String CURRENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static final String OTHER = "00-11111111111111111111111111111111-2222222222222222-01";

    private final EventCodec codec = new EventCodec(Json.newMapper(), new StreamCatalog());
    private final Map<String, String> logged = new HashMap<>();
    private final CamelContext camel = new DefaultCamelContext();
    private ProducerTemplate producer;

    @BeforeEach
    void start() throws Exception {
        camel.getRegistry().bind("events", new EventRoutes(codec, EntryTraces.off()));
        camel.getRegistry().bind("one", new One());
        camel.getRegistry().bind("all", new All());
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                onException(InvalidEventException.class).handled(true).setProperty("permanent", constant(true));
                from("direct:read")
                        .bean("events", "read")
                        .process(exchange -> logged.putAll(MDC.getCopyOfContextMap()));
                from("direct:copy").bean("events", "read").bean("events", "write");
                from("direct:write").bean("events", "write");
                from("direct:each")
                        .bean("events", "readAll")
                        .bean("events", "work(*, 'one', 'work')")
                        .bean("events", "write");
                from("direct:all")
                        .bean("events", "readAll")
                        .bean("events", "work(*, 'all', 'work')")
                        .bean("events", "write");
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
    void reads_the_entry_in_the_body_and_marks_the_exchange() {
        Exchange exchange = send("direct:read", LegacyEntries.flatPost());

        assertThat(exchange.getException()).isNull();
        assertThat(exchange.getMessage().getBody()).isInstanceOf(PostParsed.class);
        assertThat(exchange.getProperty(EventRoutes.TRACE_ID)).isEqualTo("t1:c1:77");
        assertThat(exchange.getProperty(EventRoutes.TRIGGER)).isEqualTo("initial");
        assertThat(exchange.getProperty(EventRoutes.STREAM)).isEqualTo("posts.parsed");
    }

    @Test
    void entry_id_gives_the_time_of_an_event_without_one() {
        Map<String, String> fields = LegacyEntries.flatPost();
        fields.remove("occurred_at");

        Exchange exchange = send("direct:read", fields);

        assertThat(exchange.getMessage().getBody(PostParsed.class).occurredAt()).isEqualTo("2025-11-01T12:26:40Z");
    }

    @Test
    void log_lines_carry_trace_and_trigger_only_while_the_exchange_runs() {
        send("direct:read", LegacyEntries.flatPost());

        assertThat(logged).containsEntry("trace_id", "t1:c1:77").containsEntry("trigger", "initial");
        assertThat(MDC.get("trace_id")).isNull();
        assertThat(MDC.get("trigger")).isNull();
    }

    @Test
    void an_event_without_trigger_does_not_inherit_the_one_before() {
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
    void routes_recognise_an_entry_that_is_no_event() {
        Exchange exchange = send("direct:read", Map.of("data", "{}"));

        assertThat(exchange.getProperty("permanent")).isEqualTo(true);
        assertThat(exchange.getProperty(Exchange.EXCEPTION_CAUGHT)).isInstanceOf(InvalidEventException.class);
    }

    @Test
    void a_route_that_forgets_the_stream_is_told_so() {
        Exchange exchange =
                producer.request("direct:read", request -> request.getMessage().setBody(LegacyEntries.flatPost()));

        assertThat(exchange.getException())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CamelRedisStreamsStream");
    }

    @Test
    void writes_the_event_in_the_body() {
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
    void the_trace_of_the_entry_goes_on_unless_tracing_sets_another() {
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

    /** As an integrator writes one. */
    public static final class One {
        public Object work(PostParsed post, @ExchangeProperty("traceId") String traceId) {
            assertThat(MDC.get("trace_id")).isEqualTo(traceId).isEqualTo(post.traceId());
            return switch (post.text()) {
                case "skip" -> StageOutcome.skipped("not wanted");
                case "nothing" -> null;
                default -> Map.of("text", post.text());
            };
        }
    }

    /** As the built-in stages are. */
    public static final class All {
        public List<Recorded> work(List<PostParsed> posts) {
            return posts.stream()
                    .filter(post -> !post.text().equals("lost"))
                    .<Recorded>map(post -> post.text().equals("skip") ? StageOutcome.skipped("not wanted") : post)
                    .toList();
        }
    }

    @Test
    void a_bean_that_takes_one_event_gets_each_event_of_a_batch_with_its_trace() {
        Exchange exchange = batch("direct:each", "first", "skip", "nothing", "second");

        assertThat(exchange.getException()).isNull();
        assertThat(exchange.getMessage().getBody(List.class))
                .extracting(output -> ((Message) output).getHeader("CamelRedisStreamsBatchIndex"))
                .containsExactly(0, 3);
        assertThat(EventRoutes.entries(exchange))
                .extracting(entry -> entry.result().map(Recorded::outcome).orElse(null))
                .containsExactly(null, StageOutcome.skipped("not wanted"), null, null);
    }

    @Test
    void a_bean_that_takes_a_list_gets_all_events_of_a_batch() {
        Exchange exchange = batch("direct:all", "first", "skip", "second");

        assertThat(exchange.getMessage().getBody(List.class))
                .extracting(output ->
                        ((PostParsed) codec.read("posts.parsed", ((Message) output).getBody(Map.class))).text())
                .containsExactly("first", "second");
    }

    @Test
    void a_bean_that_answers_for_fewer_events_than_it_got_is_told() {
        Exchange exchange = batch("direct:all", "first", "lost", "second");

        assertThat(exchange.getException())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The route returned 2 results for a batch of 3 events; it must return one result per"
                        + " event, in the same order");
    }

    private Exchange batch(String endpoint, String... texts) {
        return producer.request(endpoint, exchange -> {
            List<Message> entries = new ArrayList<>();
            for (String text : texts) {
                Message entry = new DefaultMessage(camel);
                entry.setHeader("CamelRedisStreamsStream", "posts.parsed");
                entry.setHeader("CamelRedisStreamsMessageId", "1762000000000-" + entries.size());
                entry.setHeader("CamelRedisStreamsBatchIndex", entries.size());
                entry.setBody(codec.write(Examples.parsed(text)));
                entries.add(entry);
            }
            exchange.getMessage().setBody(entries);
        });
    }
}
