package routes.tdlib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import javax.management.ObjectName;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.catalog.CamelCatalog;
import org.apache.camel.catalog.DefaultCamelCatalog;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.errorhandler.DefaultErrorHandler;
import org.apache.camel.support.LoggingExceptionHandler;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import routes.tdlib.standin.Contents;
import routes.tdlib.standin.StandInChannel;
import routes.tdlib.standin.TelegramStandIn;

/** The component in routes, with a stand-in for TDLib and Telegram. */
@Timeout(60)
class TdlibComponentTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String PHONE = "+79990000001";

    @TempDir
    Path dir;

    private final TelegramStandIn telegram = new TelegramStandIn().user(PHONE, "12345", "", "Anna");
    private final Tdlib tdlib = new Tdlib(telegram, Duration.ZERO);
    private final TdlibClient client = tdlib.client("main");
    private final StandInChannel channel = telegram.channel(1_234_567_890L, "news", "News");
    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final List<ObjectNode> seen = new CopyOnWriteArrayList<>();

    @BeforeEach
    void bind() {
        camel.getRegistry().bind("clients", (TdlibClients) name -> {
            if (name.equals("main")) {
                return client;
            }
            throw new IllegalArgumentException(name + ": there is no such client, only main");
        });
        // failures are what some tests are about: no stack traces for them
        quiet(DefaultErrorHandler.class);
        quiet(LoggingExceptionHandler.class);
    }

    private static void quiet(Class<?> type) {
        ((Logger) LoggerFactory.getLogger(type)).setLevel(Level.OFF);
    }

    @AfterEach
    void stop() throws Exception {
        camel.close();
        client.close().get(20, TimeUnit.SECONDS);
        assertThat(tdlib.awaitClosed(TIMEOUT)).as("nothing receives any more").isTrue();
    }

    private void signIn() throws Exception {
        client.open();
        client.call(RealTdlib.parameters(dir, "key"), TIMEOUT);
        client.call(Tdlib.request("setAuthenticationPhoneNumber").put("phone_number", PHONE), TIMEOUT);
        client.call(Tdlib.request("checkAuthenticationCode").put("code", "12345"), TIMEOUT);
        eventually().until(() -> client.authorizationState().equals("authorizationStateReady"));
        telegram.join(channel);
    }

    private static ConditionFactory eventually() {
        return await().atMost(TIMEOUT);
    }

    private void start(String from, org.apache.camel.Processor processor) throws Exception {
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(from).routeId("updates").process(processor);
            }
        });
        camel.start();
    }

    private void start(String from) throws Exception {
        start(from, exchange -> seen.add(exchange.getMessage().getBody(ObjectNode.class)));
    }

    private TdlibConsumer consumer() {
        return (TdlibConsumer) camel.getRoute("updates").getConsumer();
    }

    private static List<String> texts(List<ObjectNode> updates) {
        return updates.stream()
                .map(update -> Contents.words(update.at("/message/content")))
                .toList();
    }

    @Test
    void updates_of_the_wanted_types_arrive_in_their_order_with_headers() throws Exception {
        List<Map<String, Object>> headers = new CopyOnWriteArrayList<>();
        start("tdlib:main?types=updateNewMessage, updateDeleteMessages", exchange -> {
            headers.add(Map.copyOf(exchange.getMessage().getHeaders()));
            seen.add(exchange.getMessage().getBody(ObjectNode.class));
        });
        signIn();
        IntStream.range(0, 200).forEach(i -> channel.post(Contents.text("Пост " + i)));
        channel.counters(StandInChannel.messageId(1), 7, 1);
        channel.delete(StandInChannel.messageId(3));

        eventually().until(() -> seen.size() == 201);
        assertThat(texts(seen.subList(0, 200)))
                .isEqualTo(IntStream.range(0, 200).mapToObj(i -> "Пост " + i).toList());
        assertThat(headers.get(200))
                .containsEntry(TdlibConstants.TYPE, "updateDeleteMessages")
                .containsEntry(TdlibConstants.CLIENT, "main");
        assertThat(client.unwanted()).as("counted, not silently ignored").isPositive();
    }

    @Test
    void a_batch_takes_what_waits() throws Exception {
        List<Integer> sizes = new CopyOnWriteArrayList<>();
        CountDownLatch goOn = new CountDownLatch(1);
        start("tdlib:main?types=updateNewMessage&batchSize=50", exchange -> {
            List<?> updates = exchange.getMessage().getBody(List.class);
            sizes.add(updates.size());
            goOn.await();
        });
        signIn();
        channel.post(Contents.text("first"));
        eventually().until(() -> sizes.size() == 1);
        IntStream.range(0, 120).forEach(i -> channel.post(Contents.text("post " + i)));
        eventually().until(() -> consumer().getQueued() == 120);
        goOn.countDown();

        eventually().untilAsserted(() -> assertThat(sizes).containsExactly(1, 50, 50, 20));
        eventually().untilAsserted(() -> assertThat(consumer().getDelivered()).isEqualTo(121));
    }

    @Test
    void a_burst_of_thousands_of_updates_blocks_no_answer_and_loses_nothing() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        start("tdlib:main?types=updateNewMessage", exchange -> {
            goOn.await();
            seen.add(exchange.getMessage().getBody(ObjectNode.class));
        });
        signIn();
        IntStream.range(0, 5_000).forEach(i -> channel.post(Contents.text("post " + i)));
        assertThat(client.call(Tdlib.request("testSquareInt").put("x", 4), TIMEOUT)
                        .path("value")
                        .asInt())
                .isEqualTo(16);
        goOn.countDown();

        eventually().until(() -> seen.size() == 5_000);
        assertThat(texts(seen)).startsWith("post 0", "post 1").endsWith("post 4999");
        assertThat(consumer().getLost()).isZero();
    }

    @Test
    void a_full_queue_leaves_updates_out_and_says_so_at_the_place_of_the_gap() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        start("tdlib:main?types=updateNewMessage&maxQueued=10", exchange -> {
            goOn.await();
            seen.add(exchange.getMessage().getBody(ObjectNode.class));
        });
        signIn();
        StandInChannel other = telegram.channel(2_000_000_000L, "", "Private");
        telegram.join(other);
        channel.post(Contents.text("in work"));
        eventually()
                .until(() ->
                        consumer().getPendingExchangesSize() == 1 && consumer().getQueued() == 0);
        IntStream.range(0, 10).forEach(i -> channel.post(Contents.text("kept " + i)));
        IntStream.range(0, 20).forEach(i -> channel.post(Contents.text("lost " + i)));
        other.post(Contents.text("lost too"));
        eventually().until(() -> consumer().getLost() == 21);
        goOn.countDown();
        eventually().until(() -> seen.size() == 12);
        channel.post(Contents.text("after the gap"));
        eventually().until(() -> seen.size() == 13);

        ObjectNode gap = seen.get(11);
        assertThat(gap.path("@type").asText()).isEqualTo(UpdateQueue.LOST);
        assertThat(gap.path("count").asInt()).isEqualTo(21);
        assertThat(gap.path("types")).extracting(type -> type.asText()).containsExactly("updateNewMessage");
        assertThat(gap.path("chat_ids"))
                .extracting(id -> id.asLong())
                .containsExactlyInAnyOrder(channel.chatId(), other.chatId());
        assertThat(gap.path("all_chats").asBoolean()).isFalse();
        assertThat(texts(seen)).endsWith("", "after the gap").doesNotContain("lost 0", "lost too");
    }

    @Test
    void the_size_of_waiting_updates_is_bounded_too() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        start("tdlib:main?types=updateNewMessage&maxQueuedBytes=100000", exchange -> goOn.await());
        signIn();
        channel.post(Contents.text("in work"));
        eventually().until(() -> consumer().getPendingExchangesSize() == 1);
        IntStream.range(0, 20).forEach(i -> channel.post(Contents.text("x".repeat(20_000))));
        eventually().until(() -> consumer().getQueued() + consumer().getLost() == 20);
        assertThat(consumer().getQueued()).isEqualTo(4);
        goOn.countDown();
    }

    @Test
    void updates_of_a_failed_exchange_come_back_as_a_gap_until_that_succeeds() throws Exception {
        AtomicInteger failures = new AtomicInteger(3);
        start("tdlib:main?types=updateNewMessage&backoffMax=10ms", exchange -> {
            ObjectNode update = exchange.getMessage().getBody(ObjectNode.class);
            boolean concerned = update.path("@type").asText().equals(UpdateQueue.LOST)
                    || Contents.words(update.at("/message/content")).equals("bad");
            if (concerned && failures.getAndDecrement() > 0) {
                throw new IllegalStateException("the database is away");
            }
            seen.add(update);
        });
        signIn();
        channel.post(Contents.text("good"));
        channel.post(Contents.text("bad"));
        eventually().until(() -> seen.size() == 2);
        channel.post(Contents.text("good again"));
        eventually().until(() -> seen.size() == 3);

        assertThat(seen.get(1).path("@type").asText()).isEqualTo(UpdateQueue.LOST);
        assertThat(seen.get(1).path("count").asInt()).isEqualTo(1);
        assertThat(seen.get(1).path("chat_ids").get(0).asLong()).isEqualTo(channel.chatId());
        assertThat(consumer().getFailed()).isEqualTo(3);
        assertThat(consumer().getLost()).isEqualTo(1);
    }

    @Test
    void a_suspended_route_keeps_its_updates() throws Exception {
        start("tdlib:main?types=updateNewMessage");
        signIn();
        camel.getRouteController().suspendRoute("updates");
        channel.post(Contents.text("meanwhile"));
        eventually().until(() -> consumer().getQueued() == 1);
        camel.getRouteController().resumeRoute("updates");

        eventually().untilAsserted(() -> assertThat(texts(seen)).containsExactly("meanwhile"));
    }

    @Test
    void a_stop_waits_for_the_exchange_that_runs() throws Exception {
        AtomicBoolean finished = new AtomicBoolean();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        start("tdlib:main?types=updateNewMessage", exchange -> {
            running.countDown();
            released.await();
            finished.set(true);
        });
        signIn();
        channel.post(Contents.text("long"));
        running.await();
        CompletableFuture<Void> stop = CompletableFuture.runAsync(camel::stop);
        eventually().until(() -> camel.isStopping());
        assertThat(stop).isNotDone();
        released.countDown();
        stop.get(20, TimeUnit.SECONDS);
        assertThat(finished).isTrue();
    }

    @Test
    void a_client_can_be_opened_again_as_soon_as_its_close_is_reported() throws Exception {
        start("tdlib:main?types=updateNewMessage");
        signIn();
        BlockingQueue<String> states = new LinkedBlockingQueue<>();
        client.onState(update ->
                states.add(update.path("authorization_state").path("@type").asText()));
        for (int i = 0; i < 200; i++) {
            client.close();
            String state;
            do {
                state = states.poll(10, TimeUnit.SECONDS);
                assertThat(state).isNotNull();
            } while (!state.equals("authorizationStateClosed"));
            client.open();

            assertThat(client.isOpen()).isTrue();
            assertThat(client.call(Tdlib.request("getOption").put("name", "version"), TIMEOUT))
                    .isNotEmpty();
        }
    }

    @Test
    void a_client_that_is_closed_and_opened_again_serves_the_same_route() throws Exception {
        start("tdlib:main?types=updateNewMessage");
        signIn();
        channel.post(Contents.text("before"));
        eventually().until(() -> seen.size() == 1);
        client.close().get(10, TimeUnit.SECONDS);
        client.open();
        client.call(RealTdlib.parameters(dir, "key"), TIMEOUT);
        eventually().until(() -> client.authorizationState().equals("authorizationStateReady"));
        channel.post(Contents.text("after"));

        eventually().untilAsserted(() -> assertThat(texts(seen)).containsExactly("before", "after"));
    }

    @Test
    void objects_of_unknown_kinds_and_texts_that_are_no_json_are_counted_and_disturb_nothing() throws Exception {
        start("tdlib:main?types=updateNewMessage");
        signIn();
        long before = tdlib.unrecognised();
        telegram.emit(Contents.object("hologram").put("depth", 3));
        telegram.emit(Contents.object("updateOfTheFuture").put("chat_id", "not a number"));
        telegram.emitGarbage("{\"@type\":");
        telegram.emitGarbage("[]");
        telegram.emitGarbage("{\"@type\":\"updateNewMessage\",\"@client_id\":77}");
        channel.post(Contents.text("still here"));

        eventually().untilAsserted(() -> assertThat(texts(seen)).containsExactly("still here"));
        assertThat(tdlib.unrecognised() - before).isEqualTo(3);
        assertThat(tdlib.withoutClient()).isEqualTo(1);
    }

    @Test
    void a_request_takes_its_function_from_the_option_and_its_arguments_from_the_body() throws Exception {
        camel.start();
        signIn();
        var template = camel.createProducerTemplate();
        assertThat(template.requestBody("tdlib:main?request=testSquareInt", Map.of("x", 5), ObjectNode.class)
                        .path("value")
                        .asInt())
                .isEqualTo(25);
        assertThat(template.requestBody("tdlib:main", "{\"@type\":\"testSquareInt\",\"x\":6}", ObjectNode.class)
                        .path("value")
                        .asInt())
                .isEqualTo(36);
        ObjectNode body = Tdlib.request("getSupergroupFullInfo").put("supergroup_id", 1_234_567_890L);
        var answer =
                template.request("tdlib:main", exchange -> exchange.getMessage().setBody(body));
        assertThat(answer.getMessage().getHeader(TdlibConstants.TYPE)).isEqualTo("supergroupFullInfo");
        assertThat(body.has("@extra"))
                .as("the caller's object is left as it is")
                .isFalse();
    }

    @Test
    void a_request_without_a_function_or_of_another_form_is_refused_without_quoting_it() throws Exception {
        camel.start();
        signIn();
        var template = camel.createProducerTemplate();
        for (Object body :
                List.of("{\"password\": \"geheim\"", "[\"geheim\"]", "geheim", Map.of("password", "geheim"))) {
            assertThatThrownBy(() -> template.requestBody("tdlib:main", body))
                    .isInstanceOf(CamelExecutionException.class)
                    .cause()
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasNoCause()
                    .hasMessageNotContaining("geheim");
        }
    }

    @Test
    void a_flood_wait_is_obeyed_for_its_function() throws Exception {
        signIn();
        telegram.flood("searchPublicChat", 600, 1);
        ObjectNode search = Tdlib.request("searchPublicChat").put("username", "news");
        assertThatThrownBy(() -> client.call(search, TIMEOUT)).isInstanceOfSatisfying(TdlibException.class, e -> {
            assertThat(e.code()).isEqualTo(429);
            assertThat(e.retryAfter()).hasValue(Duration.ofSeconds(600));
        });
        assertThat(client.floodWaits()).containsOnlyKeys("searchPublicChat");
        assertThatThrownBy(() -> client.call(search, TIMEOUT)).isInstanceOfSatisfying(TdlibException.class, e -> {
            assertThat(e.kind()).isEqualTo(TdlibException.Kind.NOT_SENT);
            assertThat(e.retryAfter()).isPresent();
        });
        assertThat(client.call(Tdlib.request("getMe"), TIMEOUT)
                        .path("first_name")
                        .asText())
                .as("other functions go on")
                .isEqualTo("Anna");
        assertThat(telegram.requests("searchPublicChat")).hasSize(1);
    }

    @Test
    void a_flood_wait_ends() throws Exception {
        signIn();
        telegram.flood("searchPublicChat", 1, 1);
        ObjectNode search = Tdlib.request("searchPublicChat").put("username", "news");
        assertThatThrownBy(() -> client.call(search, TIMEOUT)).isInstanceOf(TdlibException.class);
        eventually().until(() -> client.floodWaits().isEmpty());
        assertThat(client.call(search, TIMEOUT).path("title").asText()).isEqualTo("News");
        assertThat(telegram.requests("searchPublicChat")).hasSize(2);
    }

    @Test
    void a_late_answer_is_counted_and_reaches_nobody() throws Exception {
        signIn();
        telegram.holdAnswers("testSquareInt", 1);
        assertThatThrownBy(() -> client.call(Tdlib.request("testSquareInt").put("x", 9), Duration.ofMillis(50)))
                .isInstanceOfSatisfying(
                        TdlibException.class, e -> assertThat(e.kind()).isEqualTo(TdlibException.Kind.TIMED_OUT));
        telegram.release(0);
        eventually().until(() -> client.late() == 1);
        assertThat(client.call(Tdlib.request("testSquareInt").put("x", 3), TIMEOUT)
                        .path("value")
                        .asInt())
                .isEqualTo(9);
    }

    @Test
    void requests_without_answers_are_bounded() throws Exception {
        signIn();
        telegram.ignore("testSquareInt", TdlibClient.MAX_PENDING);
        List<CompletableFuture<ObjectNode>> answers = new ArrayList<>();
        for (int i = 0; i < TdlibClient.MAX_PENDING; i++) {
            answers.add(client.send(Tdlib.request("testSquareInt"), Duration.ofSeconds(40)));
        }
        assertThatThrownBy(() -> client.call(Tdlib.request("getMe"), TIMEOUT))
                .isInstanceOfSatisfying(
                        TdlibException.class, e -> assertThat(e.kind()).isEqualTo(TdlibException.Kind.NOT_SENT));
        client.close().get(10, TimeUnit.SECONDS);
        eventually().untilAsserted(() -> assertThat(answers)
                .allSatisfy(answer -> assertThat(answer).isCompletedExceptionally()));
    }

    @Test
    void a_close_that_tdlib_does_not_answer_ends_in_time() throws Exception {
        signIn();
        telegram.ignore("close", 1);
        assertThatThrownBy(() -> client.close(Duration.ofMillis(200)).get(20, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(java.util.concurrent.TimeoutException.class);
    }

    @Test
    void a_consumer_is_ready_when_its_client_is_signed_in_and_tells_its_state_through_jmx() throws Exception {
        start("tdlib:main?types=updateNewMessage");
        assertThat(consumer().getHealthCheck().isLiveness()).isFalse();
        assertThat(health()).isEqualTo(HealthCheck.State.DOWN);
        signIn();
        assertThat(health()).isEqualTo(HealthCheck.State.UP);
        channel.post(Contents.text("one"));
        eventually().until(() -> seen.size() == 1);

        var server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = server.queryNames(
                        new ObjectName("org.apache.camel:context=" + camel.getManagementName() + ",type=consumers,*"),
                        null)
                .iterator()
                .next();
        eventually().untilAsserted(() -> assertThat(server.getAttribute(name, "Delivered"))
                .isEqualTo(1L));
        assertThat(server.getAttribute(name, "AuthorizationState")).isEqualTo("authorizationStateReady");
        assertThat(server.getAttribute(name, "Client")).isEqualTo("main");
        assertThat(server.getAttribute(name, "Lost")).isEqualTo(0L);
    }

    private HealthCheck.State health() {
        return consumer().getHealthCheck().call().getState();
    }

    @Test
    void a_wrong_option_or_client_is_named_with_what_is_allowed() {
        assertRefused("tdlib:main?batchSize=0", "option batchSize is 0, allowed is at least 1");
        assertRefused("tdlib:main?maxQueued=-1", "option maxQueued is -1");
        assertRefused("tdlib:main?types=newMessage", "option types is newMessage, allowed is names of updates");
        assertRefused("tdlib:other", "other: there is no such client, only main");
    }

    private void assertRefused(String uri, String message) {
        assertThatThrownBy(() -> {
                    try (DefaultCamelContext context = new DefaultCamelContext()) {
                        context.getRegistry()
                                .bind("clients", camel.getRegistry().lookupByName("clients"));
                        context.addRoutes(new RouteBuilder() {
                            @Override
                            public void configure() {
                                from(uri).log("never");
                            }
                        });
                        context.start();
                    }
                })
                .hasStackTraceContaining(message);
    }

    @Test
    void the_metadata_that_the_build_generates_describes_options_and_headers() throws Exception {
        CamelCatalog catalog = new DefaultCamelCatalog();
        try (var json = getClass().getResourceAsStream("/META-INF/routes/tdlib/tdlib.json")) {
            assertThat(json).as("generated by the build").isNotNull();
            catalog.addComponent("tdlib", TdlibComponent.class.getName(), new String(json.readAllBytes()));
        }
        assertThat(catalog.validateEndpointProperties("tdlib:main?types=updateNewMessage&batchSize=10&maxQueued=5")
                        .isSuccess())
                .isTrue();
        assertThat(catalog.validateEndpointProperties("tdlib:{{account}}?request=getMe&timeout=5s")
                        .isSuccess())
                .isTrue();
        assertThat(catalog.validateEndpointProperties("tdlib:main?tipes=updateNewMessage")
                        .getUnknown())
                .containsExactly("tipes");
        assertThat(catalog.componentModel("tdlib").getEndpointOptions())
                .allSatisfy(option -> assertThat(option.getDescription()).isNotBlank());
        assertThat(catalog.componentModel("tdlib").getEndpointHeaders())
                .extracting(header -> header.getName())
                .containsExactlyInAnyOrder(TdlibConstants.TYPE, TdlibConstants.CLIENT);
    }

    /** Whatever is lost and when, each update is delivered or its chat is in a gap; nothing comes twice or out of order. */
    @Test
    void in_any_interleaving_each_update_is_delivered_or_in_a_gap() throws Exception {
        for (int seed = 0; seed < 20; seed++) {
            var random = new java.util.Random(seed);
            UpdateQueue queue = new UpdateQueue(Collections.emptySet(), 1 + random.nextInt(20), 5_000, () -> {});
            List<Long> taken = Collections.synchronizedList(new ArrayList<>());
            long[] inGaps = new long[1];
            Thread taker = new Thread(() -> {
                try {
                    while (taken.size() + inGaps[0] < 3_000) {
                        List<ObjectNode> some = queue.take(7, Duration.ofSeconds(50));
                        assertThat(some).isNotEmpty();
                        some.forEach(update -> {
                            if (update.path("@type").asText().equals(UpdateQueue.LOST)) {
                                inGaps[0] += update.path("count").asLong();
                            } else {
                                taken.add(update.path("n").asLong());
                            }
                        });
                        if (random.nextInt(3) == 0) {
                            LockSupport.parkNanos(1_000_000);
                        }
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            taker.start();
            for (int n = 0; n < 3_000; n++) {
                queue.offer(Received.of("{\"@type\":\"updateX\",\"chat_id\":5,\"n\":" + n + "}"));
            }
            taker.join();
            assertThat(taken).as("seed %d", seed).isSorted().doesNotHaveDuplicates();
            assertThat(taken.size() + inGaps[0]).as("seed %d", seed).isEqualTo(3_000);
            assertThat(inGaps[0]).as("seed %d", seed).isEqualTo(queue.lostCount());
        }
    }
}
