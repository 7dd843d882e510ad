package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static routes.redisstreams.Streams.eventually;

import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.support.DefaultMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.testing.EmbeddedRedis;

class ProducerIT {
    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @RegisterExtension
    final Streams streams = new Streams(REDIS);

    @Test
    void an_exchange_of_other_origin_appends_at_once_and_learns_the_id() throws Exception {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("text", "привет");
        body.put("number", 7);
        body.put("flag", true);

        try (ProducerTemplate template = template()) {
            Exchange result = template.request(
                    streams.toOut(), exchange -> exchange.getIn().setBody(body));

            assertThat(result.getException()).isNull();
            assertThat(streams.redis().xrange(streams.out(), Range.unbounded()))
                    .singleElement()
                    .satisfies(entry -> {
                        assertThat(entry.getId())
                                .isEqualTo(result.getMessage().getHeader(RedisStreamsConstants.MESSAGE_ID));
                        assertThat(entry.getBody())
                                .containsExactly(
                                        Map.entry("text", "привет"),
                                        Map.entry("number", "7"),
                                        Map.entry("flag", "true"));
                    });
        }
    }

    @Test
    void a_single_field_can_be_a_map_entry() throws Exception {
        try (ProducerTemplate template = template()) {
            template.sendBody(streams.toOut(), Map.entry("n", 1));
        }
        assertThat(streams.numbers(streams.out())).containsExactly("1");
    }

    @Test
    void a_body_that_is_no_set_of_fields_is_refused_with_what_is_wrong() throws Exception {
        Map<String, String> withNull = new LinkedHashMap<>();
        withNull.put("field", null);
        try (ProducerTemplate template = template()) {
            assertThatThrownBy(() -> template.sendBody(streams.toOut(), "text"))
                    .isInstanceOf(CamelExecutionException.class)
                    .rootCause()
                    .hasMessageContaining("java.lang.String")
                    .hasMessageContaining("java.util.Map");
            assertThatThrownBy(() -> template.sendBody(streams.toOut(), Map.of()))
                    .rootCause()
                    .hasMessageContaining("has 0 fields");
            assertThatThrownBy(() -> template.sendBody(streams.toOut(), withNull))
                    .rootCause()
                    .hasMessageContaining("field");
        }
    }

    @Test
    void a_list_of_messages_is_appended_in_order_and_each_learns_its_id() throws Exception {
        try (ProducerTemplate template = template()) {
            List<Message> messages = List.of(message(template, 1, null), message(template, 2, null));

            template.sendBody(streams.toOut(), messages);

            assertThat(streams.redis().xrange(streams.out(), Range.unbounded()))
                    .extracting(StreamMessage::getId)
                    .containsExactlyElementsOf(messages.stream()
                            .map(message -> message.getHeader(RedisStreamsConstants.MESSAGE_ID, String.class))
                            .toList());
            template.sendBody(streams.toOut(), List.of());
        }
        assertThat(streams.numbers(streams.out())).containsExactly("1", "2");
    }

    @Test
    void what_the_last_call_with_a_book_published_is_not_published_again() throws Exception {
        String to = streams.toOut() + "?publish=immediate&once=test";
        try (ProducerTemplate template = template()) {
            template.sendBody(to, List.of(message(template, 1, "a"), message(template, 2, "b")));
            template.sendBody(to, List.of(message(template, 1, "a"), message(template, 2, "b")));
            template.sendBody(to, List.of(message(template, 2, "b"), message(template, 3, "c")));
            assertThat(streams.numbers(streams.out())).containsExactly("1", "2", "3");

            // only the last call is remembered, and what has no token is always appended
            template.sendBody(to, List.of(message(template, 1, "a"), message(template, 4, null)));
            template.sendBody(to, List.of(message(template, 4, null)));
        }
        assertThat(streams.numbers(streams.out())).containsExactly("1", "2", "3", "1", "4", "4");
    }

    @Test
    void a_list_of_maps_is_appended_in_order_and_recognised_by_a_list_of_tokens() throws Exception {
        String to = streams.toOut() + "?publish=immediate&once=test";
        List<Map<String, String>> maps = List.of(Map.of("n", "1"), Map.of("n", "2"), Map.of("n", "3"));
        try (ProducerTemplate template = template()) {
            template.sendBody(streams.toOut(), maps.subList(0, 2));
            assertThat(streams.numbers(streams.out())).containsExactly("1", "2");

            template.sendBodyAndHeader(to, maps.subList(1, 3), RedisStreamsConstants.ONCE, List.of("b", "c"));
            template.sendBodyAndHeader(to, maps, RedisStreamsConstants.ONCE, List.of("a", "b", "c"));
            assertThat(streams.numbers(streams.out())).containsExactly("1", "2", "2", "3", "1");

            assertThatThrownBy(
                            () -> template.sendBodyAndHeader(to, maps, RedisStreamsConstants.ONCE, List.of("a", "b")))
                    .rootCause()
                    .hasMessageContaining("2 elements for 3 entries");
        }
        assertThat(streams.numbers(streams.out())).hasSize(5);
    }

    @Test
    void more_entries_are_recognised_than_a_script_passes_in_one_call() throws Exception {
        String to = streams.toOut() + "?publish=immediate&once=test";
        List<Map<String, String>> maps = IntStream.range(0, 2_500)
                .mapToObj(i -> Map.of("n", Integer.toString(i)))
                .toList();
        List<String> tokens = IntStream.range(0, 2_500).mapToObj(i -> "t" + i).toList();
        try (ProducerTemplate template = template()) {
            template.sendBodyAndHeader(to, maps, RedisStreamsConstants.ONCE, tokens);
            template.sendBodyAndHeader(to, maps, RedisStreamsConstants.ONCE, tokens);
        }
        assertThat(streams.numbers(streams.out())).hasSize(2_500);
    }

    private static Message message(ProducerTemplate template, int number, String token) {
        Message message = new DefaultMessage(template.getCamelContext());
        message.setBody(Map.of("n", Integer.toString(number)));
        message.setHeader(RedisStreamsConstants.ONCE, token);
        return message;
    }

    @Test
    void an_immediate_output_is_there_although_its_exchange_fails() throws Exception {
        streams.add(1);
        streams.start("a", routes -> routes.from(streams.fromIn(Map.of("maxDeliveries", 1)))
                .to(streams.toOut() + "?publish=immediate")
                .to(streams.toOut() + "-at-completion")
                .process(exchange -> {
                    throw new IllegalStateException("after publishing");
                }));

        eventually().untilAsserted(() -> assertThat(streams.deadLetters()).hasSize(1));
        assertThat(streams.numbers(streams.out())).containsExactly("1");
        assertThat(streams.numbers(streams.out() + "-at-completion")).isEmpty();
    }

    @Test
    void the_stream_can_be_chosen_by_the_message() throws Exception {
        streams.add("left", "right");
        streams.start(
                "a", routes -> routes.from(streams.fromIn()).toD("redis-streams:" + streams.out() + "-${body[n]}"));

        eventually().untilAsserted(streams::assertSettled);
        assertThat(streams.numbers(streams.out() + "-left")).containsExactly("left");
        assertThat(streams.numbers(streams.out() + "-right")).containsExactly("right");
    }

    @Test
    void names_are_resolved_to_keys() throws Exception {
        Streams.Instance a =
                streams.instance("a", routes -> routes.from(streams.fromIn()).to(streams.toOut()));
        a.component().setStreamNames(name -> "stream:" + name);
        a.context().start();
        streams.redis().xadd("stream:" + streams.in(), Map.of("n", "1"));

        eventually().untilAsserted(() -> assertThat(streams.numbers("stream:" + streams.out()))
                .containsExactly("1"));
        assertThat(a.consumer().getKey()).isEqualTo("stream:" + streams.in());
    }

    @Test
    void another_redis_is_published_to_at_once() throws Exception {
        streams.add(1);
        Streams.Instance a = streams.instance("a", routes -> routes.from(streams.fromIn(Map.of("maxDeliveries", 1)))
                .to("other-redis:" + streams.out())
                .process(exchange -> {
                    throw new IllegalStateException("after publishing");
                }));
        RedisStreamsComponent other = new RedisStreamsComponent();
        other.setRedisClient(REDIS.newClient());
        a.context().addComponent("other-redis", other);
        a.context().start();

        eventually().untilAsserted(() -> assertThat(streams.deadLetters()).hasSize(1));
        assertThat(streams.numbers(streams.out())).containsExactly("1");
    }

    @Test
    void fields_of_an_entry_do_not_become_headers_or_properties() throws Exception {
        Map<String, String> injected = new LinkedHashMap<>();
        injected.put("CamelHttpUri", "http://attacker.example/");
        injected.put("CamelRedisStreamsFailure", "PERMANENT");
        injected.put("CamelRedisStreamsDeliveries", "99");
        injected.put("org.apache.camel.test", "x");
        streams.redis().xadd(streams.in(), injected);
        List<Map<String, Object>> headers = new CopyOnWriteArrayList<>();
        List<Object> bodies = new CopyOnWriteArrayList<>();

        streams.start("a", routes -> routes.from(streams.fromIn(Map.of("maxDeliveries", 2)))
                .process(exchange -> {
                    headers.add(Map.copyOf(exchange.getMessage().getHeaders()));
                    bodies.add(exchange.getMessage().getBody());
                    assertThat(exchange.getProperty(RedisStreamsConstants.FAILURE))
                            .isNull();
                    throw new IllegalStateException("to see whether it is taken for permanent");
                }));

        eventually().untilAsserted(() -> assertThat(streams.deadLetters()).hasSize(1));
        assertThat(bodies).hasSize(2).allSatisfy(body -> assertThat(body).isEqualTo(injected));
        assertThat(headers)
                .extracting(seen -> seen.get(RedisStreamsConstants.DELIVERIES))
                .containsExactly(1, 2);
        assertThat(headers).allSatisfy(seen -> assertThat(seen.keySet())
                .containsExactlyInAnyOrder(
                        RedisStreamsConstants.STREAM,
                        RedisStreamsConstants.KEY,
                        RedisStreamsConstants.MESSAGE_ID,
                        RedisStreamsConstants.GROUP,
                        RedisStreamsConstants.CONSUMER,
                        RedisStreamsConstants.DELIVERIES));
    }

    private ProducerTemplate template() throws Exception {
        return streams.start("a", routes -> routes.from("direct:nothing").log("nothing"))
                .context()
                .createProducerTemplate();
    }
}
