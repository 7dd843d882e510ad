package routes.redisstreams;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.redisstreams.Streams.eventually;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.apache.camel.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.testing.EmbeddedRedis;

/** The consumer options batchSize and batchTimeout: entries are processed together and acknowledged one by one. */
class BatchIT {
    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @RegisterExtension
    final Streams streams = new Streams(REDIS);

    private final Queue<List<String>> batches = new ConcurrentLinkedQueue<>();

    @Test
    void a_batch_holds_what_waits_up_to_its_size_and_each_item_is_completed_with_its_own_output() throws Exception {
        List<String> expected = add(25);

        startSplitting(Map.of("batchSize", 10, "batchTimeout", 200));

        eventually().untilAsserted(streams::assertSettled);
        assertThat(streams.numbers(streams.out())).containsExactlyElementsOf(expected);
        assertThat(batches.stream().map(List::size)).containsExactly(10, 10, 5);
        streams.awaitOutcomes(Outcome.COMPLETED, 25);
    }

    @Test
    void a_batch_that_does_not_fill_up_goes_out_after_its_timeout() throws Exception {
        startSplitting(Map.of("batchSize", 10, "batchTimeout", 300));
        add(3);

        eventually().untilAsserted(streams::assertSettled);
        assertThat(batches.stream().flatMap(List::stream)).containsExactly("0", "1", "2");
    }

    @Test
    void an_item_that_fails_is_delivered_again_alone_and_the_others_are_completed() throws Exception {
        add(10);

        streams.start("a", routes -> routes.from(
                        streams.fromIn(Map.of("batchSize", 10, "batchTimeout", 200, "maxDeliveries", 3)))
                .process(exchange -> batches.add(numbers(exchange.getIn().getBody(List.class))))
                .split(routes.body(), new BatchItems())
                .process(exchange -> {
                    if (exchange.getIn().getBody(Map.class).get("n").equals("4")) {
                        throw new IllegalStateException("item 4 fails");
                    }
                })
                .to(streams.toOut()));

        eventually().untilAsserted(streams::assertSettled);
        assertThat(streams.numbers(streams.out())).containsExactly("0", "1", "2", "3", "5", "6", "7", "8", "9");
        assertThat(batches)
                .containsExactly(List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"), List.of("4"), List.of("4"));
        assertThat(streams.deadLetters()).singleElement().satisfies(letter -> assertThat(letter)
                .containsEntry("n", "4")
                .containsEntry("dlq_error", "item 4 fails")
                .containsEntry("dlq_deliveries", "3"));
    }

    @Test
    void a_batch_that_fails_as_a_whole_publishes_nothing_and_its_entries_are_processed_one_by_one_in_the_same_delivery()
            throws Exception {
        add(5);

        streams.start("a", routes -> routes.from(
                        streams.fromIn(Map.of("batchSize", 5, "batchTimeout", 200, "maxDeliveries", 1)))
                .process(exchange -> batches.add(numbers(exchange.getIn().getBody(List.class))))
                .split(routes.body(), new BatchItems())
                .to(streams.toOut())
                .end()
                .process(exchange -> {
                    if (numbers(exchange.getIn().getBody(List.class)).contains("3")) {
                        throw new IllegalStateException("one of them is bad");
                    }
                }));

        eventually().untilAsserted(streams::assertSettled);
        assertThat(streams.numbers(streams.out())).containsExactly("0", "1", "2", "4");
        assertThat(batches)
                .containsExactly(
                        List.of("0", "1", "2", "3", "4"),
                        List.of("0"),
                        List.of("1"),
                        List.of("2"),
                        List.of("3"),
                        List.of("4"));
        assertThat(streams.deadLetters()).singleElement().satisfies(letter -> assertThat(letter)
                .containsEntry("n", "3")
                .containsEntry("dlq_error", "one of them is bad")
                .containsEntry("dlq_deliveries", "1"));
    }

    @Test
    void what_a_batch_publishes_as_a_list_of_messages_belongs_to_the_entries_that_their_headers_name()
            throws Exception {
        List<String> expected = add(10);

        streams.start("a", routes -> routes.from(streams.fromIn(Map.of("batchSize", 10, "batchTimeout", 200)))
                .process(exchange -> StreamCompletion.of(exchange, (Message)
                                exchange.getIn().getBody(List.class).get(4))
                        .orElseThrow()
                        .fail(new IllegalStateException("item 4 fails"), FailureKind.PERMANENT))
                .to(streams.toOut()));

        eventually().untilAsserted(streams::assertSettled);
        assertThat(streams.numbers(streams.out()))
                .containsExactlyElementsOf(
                        expected.stream().filter(n -> !n.equals("4")).toList());
        assertThat(streams.deadLetters()).singleElement().satisfies(letter -> assertThat(letter)
                .containsEntry("n", "4"));
    }

    @Test
    void publishing_from_the_batch_itself_is_refused_since_nobody_would_know_whose_output_it_is() throws Exception {
        add(2);

        streams.start("a", routes -> routes.from(
                        streams.fromIn(Map.of("batchSize", 2, "batchTimeout", 200, "maxDeliveries", 1)))
                .setBody(routes.constant(Map.of("n", "all")))
                .to(streams.toOut()));

        eventually().until(() -> streams.deadLetters().size() == 2);
        assertThat(streams.numbers(streams.out())).isEmpty();
        assertThat(streams.deadLetters())
                .allSatisfy(letter -> assertThat(letter.get("dlq_error")).contains("split its body"));
    }

    @Test
    void a_process_that_dies_in_a_batch_repeats_only_what_was_not_completed() throws Exception {
        List<String> expected = add(200);
        Streams.Instance first = startSplitting(Map.of("batchSize", 7, "batchTimeout", 20, "concurrency", 2));
        eventually().until(() -> streams.numbers(streams.out()).size() > 50);
        first.crash();

        startSplitting(Map.of("batchSize", 7, "batchTimeout", 20, "concurrency", 2));

        eventually().untilAsserted(streams::assertSettled);
        assertThat(streams.numbers(streams.out())).containsExactlyInAnyOrderElementsOf(expected);
    }

    private Streams.Instance startSplitting(Map<String, Object> options) throws Exception {
        return streams.start("a", routes -> routes.from(streams.fromIn(options))
                .process(exchange -> batches.add(numbers(exchange.getIn().getBody(List.class))))
                .split(routes.body(), new BatchItems())
                .to(streams.toOut()));
    }

    private static List<String> numbers(List<?> items) {
        return items.stream()
                .map(item -> (String) ((Message) item).getBody(Map.class).get("n"))
                .toList();
    }

    private List<String> add(int entries) {
        List<String> numbers =
                IntStream.range(0, entries).mapToObj(Integer::toString).toList();
        numbers.forEach(streams::add);
        return numbers;
    }
}
