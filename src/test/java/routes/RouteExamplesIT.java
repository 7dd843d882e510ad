package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.data.redis.core.StringRedisTemplate;
import routes.operations.RouteReloads;
import routes.operations.RouteTrials;
import routes.routefiles.LiveRoutes.Outcome;
import routes.routefiles.RouteFiles;
import routes.routefiles.RouteTrial.Trust;
import routes.testing.KafkaServer;

/** The examples of config/routes/examples, saved into the folder of a running process. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RouteExamplesIT {
    private static final Path EXAMPLES = Path.of("config/routes/examples");

    private static final Duration WAIT = Duration.ofSeconds(60);

    @RegisterExtension
    static final KafkaServer KAFKA = new KafkaServer();

    private ModelPipeline pipeline;
    private Path folder;
    private Path own;

    @BeforeAll
    void open(@TempDir Path folder) throws IOException {
        this.folder = folder;
        own = Files.createDirectories(folder.resolve("config/routes"));
        pipeline = new ModelPipeline(
                folder,
                "--config.dir=" + folder.resolve("config"),
                "--routes.reload=false",
                "--gigachat.api-key=" + ModelPipeline.GIGACHAT_KEY,
                "--openrouter.api-key=" + ModelPipeline.OPENROUTER_KEY,
                "--tagging.providers=openrouter");
        pipeline.models
                .openRouter()
                .answer(call -> call.user().contains("реклама") ? "[\"реклама\"]" : "[\"телескоп\"]");
        pipeline.models.gigaChat().answer(call -> "[\"галактика\"]");
    }

    @AfterAll
    void close() {
        pipeline.close();
    }

    /** @param settings of the example, each as a name and a value, in place of the default */
    private void save(String example, String... settings) throws Exception {
        Path file = EXAMPLES.resolve(example);
        String text = Files.readString(file);
        for (int i = 0; i < settings.length; i += 2) {
            String set = text.replaceFirst("\\{\\{" + settings[i] + ":[^}]*}}", settings[i + 1]);
            assertThat(set).as(settings[i]).isNotEqualTo(text);
            text = set;
        }
        Files.writeString(own.resolve(file.getFileName()), text);
        var reload = pipeline.application.getBean(RouteReloads.class).reload().orElseThrow();
        assertThat(reload.outcome()).as("%s", example).isEqualTo(Outcome.LOADED);
        assertThat(reload.changes().isEmpty()).isFalse();
    }

    private static List<String> names(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void one_channel_has_other_models() throws Exception {
        UUID before = pipeline.imported("Телескоп видит далёкую галактику").get(0);
        assertThat(pipeline.awaitTags(before, "openrouter")).containsExactly("телескоп");

        save("model-for-a-channel/30-tagging.camel.yaml", "channel-model.channel", "7002");
        try {
            UUID after =
                    pipeline.imported("Телескоп снова видит далёкую галактику").get(0);
            assertThat(pipeline.awaitTags(after, "gigachat")).containsExactly("галактику");
            assertThat(pipeline.application
                            .getBean(RouteTrials.class)
                            .run(
                                    "30-tagging.camel.yaml",
                                    Files.readString(own.resolve("30-tagging.camel.yaml")),
                                    after.toString(),
                                    Trust.OWN)
                            .steps())
                    .filteredOn(step -> step.id().equals("tagging-providers-channel"))
                    .singleElement()
                    .satisfies(step -> assertThat(step.properties()).containsEntry("llmProviders", "gigachat,local"));
        } finally {
            Files.delete(own.resolve("30-tagging.camel.yaml"));
            pipeline.application.getBean(RouteReloads.class).reload();
        }
    }

    @Test
    void tagged_posts_go_to_an_address_except_those_that_are_muted() throws Exception {
        Queue<String> received = new ConcurrentLinkedQueue<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/tagged", exchange -> {
            received.add(new String(exchange.getRequestBody().readAllBytes()));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        try {
            save(
                    "tagged-webhook.camel.yaml",
                    "tagged-webhook.url",
                    "http://127.0.0.1:" + server.getAddress().getPort() + "/tagged",
                    "tagged-webhook.muted-tag",
                    "реклама");
            List<UUID> posts = pipeline.imported("Это реклама телескопа", "Телескоп наблюдает туманность");

            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                assertThat(received).anyMatch(body -> body.contains(posts.get(1).toString()));
                assertThat(pipeline.get("/posts/" + posts.get(0) + "/timeline").path("items"))
                        .filteredOn(item -> item.path("stage").asText().equals("tagged-webhook"))
                        .singleElement()
                        .satisfies(
                                item -> assertThat(item.path("reason").asText()).isEqualTo("the tag is muted"));
            });
            assertThat(received).noneMatch(body -> body.contains(posts.get(0).toString()));
        } finally {
            Files.delete(own.resolve("tagged-webhook.camel.yaml"));
            pipeline.application.getBean(RouteReloads.class).reload();
            server.stop(0);
        }
    }

    @Test
    void indexed_posts_go_to_files() throws Exception {
        save(
                "indexed-files.camel.yaml",
                "indexed-files.folder",
                folder.resolve("indexed").toString());
        UUID post = pipeline.imported("Телескоп в пустыне").get(0);

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(names(folder.resolve("indexed")))
                .contains(post + ".json"));
    }

    @Test
    void a_schedule_of_ones_own_runs() throws Exception {
        save(
                "daily-count.camel.yaml",
                "daily-count.folder",
                folder.resolve("counts").toString());

        Path counts = folder.resolve("counts/posts.txt");
        await().atMost(WAIT).until(() -> Files.exists(counts));
        await().atMost(WAIT).untilAsserted(() -> assertThat(counts).content().matches("\\d{4}-\\d\\d-\\d\\d \\d+\n"));
    }

    private void remove(String example) throws Exception {
        Files.delete(own.resolve(example));
        pipeline.application.getBean(RouteReloads.class).reload();
    }

    private String outcome(UUID post, String stage) throws Exception {
        for (JsonNode item : pipeline.get("/posts/" + post + "/timeline").path("items")) {
            if (item.path("stage").asText().equals(stage)) {
                return item.path("outcome").asText() + " " + item.path("reason").asText();
            }
        }
        return "";
    }

    @Test
    void posts_with_certain_words_and_of_a_channel_are_muted_for_everybody() throws Exception {
        save("mute-posts.camel.yaml");
        try {
            List<UUID> posts =
                    pipeline.imported("Новое\nКАЗИНО и телескоп обсерватории", "Большой телескоп обсерватории");

            await().atMost(WAIT).untilAsserted(() -> {
                assertThat(pipeline.post(posts.get(0), "is_deleted")).isEqualTo("true");
                assertThat(pipeline.post(posts.get(1), "indexing_status")).isEqualTo("indexed");
                assertThat(outcome(posts.get(1), "mute-posts")).isEqualTo("skipped not muted");
                assertThat(pipeline.found("обсерватории"))
                        .contains(posts.get(1))
                        .doesNotContain(posts.get(0));
            });
            save("mute-posts.camel.yaml", "mute-posts.channel", "7002");
            UUID last = pipeline.imported("Ещё один телескоп").get(0);
            await().atMost(WAIT).until(() -> "true".equals(pipeline.post(last, "is_deleted")));
        } finally {
            remove("mute-posts.camel.yaml");
        }
    }

    @Test
    void posts_with_a_tag_go_to_files_a_topic_and_a_mail() throws Exception {
        var mails = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        mails.start();
        mails.setUser("assistant@example.org", "assistant", "secret");
        Path files = folder.resolve("tagged");
        try {
            save("tag-files.camel.yaml", "tag-files.tag", "телескоп", "tag-files.folder", files.toString());
            KAFKA.create("tagged");
            save("tag-kafka.camel.yaml", "tag-kafka.tag", "телескоп", "tag-kafka.brokers", KAFKA.brokers());
            String server = "127.0.0.1:" + mails.getSmtp().getPort();
            save(
                    "tag-mail.camel.yaml",
                    "tag-mail.tag",
                    "телескоп",
                    "tag-mail.server",
                    server,
                    "tag-mail.username",
                    "assistant",
                    "tag-mail.password",
                    "secret");
            List<UUID> posts = pipeline.imported("Реклама: Это реклама", "Телескоп и «кавычки»");

            String wanted = posts.get(1).toString();
            await().atMost(WAIT).untilAsserted(() -> {
                assertThat(names(files)).contains(wanted + ".json");
                assertThat(KAFKA.records("tagged")).anySatisfy(sent -> {
                    assertThat(sent.key()).isEqualTo(wanted);
                    assertThat(sent.value()).contains(wanted, "телескоп");
                });
                assertThat(mails.getReceivedMessages()).anySatisfy(mail -> {
                    assertThat(mail.getContent().toString().strip()).isEqualTo("Телескоп и «кавычки»");
                    assertThat(mail.getSubject()).contains("Post with the tag ");
                    assertThat(mail.getAllRecipients())
                            .extracting(Object::toString)
                            .containsExactly("reader@example.org");
                });
                for (String stage : List.of("tag-files", "tag-kafka", "tag-mail")) {
                    assertThat(outcome(posts.get(0), stage)).as(stage).isEqualTo("skipped without the tag");
                }
            });
            assertThat(names(files)).doesNotContain(posts.get(0) + ".json");
            assertThat(KAFKA.records("tagged"))
                    .extracting(ConsumerRecord::key)
                    .doesNotContain(posts.get(0).toString());
        } finally {
            remove("tag-files.camel.yaml");
            remove("tag-kafka.camel.yaml");
            remove("tag-mail.camel.yaml");
            mails.stop();
        }
    }

    @Test
    void edits_go_another_way() throws Exception {
        Path files = folder.resolve("edited");
        save("edited-files.camel.yaml", "edited-files.folder", files.toString());
        try {
            UUID post = pipeline.imported("Телескоп до правки").get(0);
            await().atMost(WAIT).until(() -> outcome(post, "edited-files").equals("skipped another trigger"));
            assertThat(files.resolve("edit")).doesNotExist();

            pipeline.edited(post, "Телескоп после правки");
            await().atMost(WAIT).untilAsserted(() -> assertThat(names(files.resolve("edit")))
                    .contains(post + ".json"));
        } finally {
            remove("edited-files.camel.yaml");
        }
    }

    private static String item(int n) {
        return "<item><title>Entry %1$d</title><link>https://example.org/%1$d?a=1&amp;b</link><pubDate>Sat, 31 Jan 2026 12:00:00 GMT</pubDate>"
                        .formatted(n)
                + "<description>&lt;p&gt;Телескоп " + n + "&lt;/p&gt;</description></item>";
    }

    @Test
    void entries_of_a_feed_are_posts_once() throws Exception {
        AtomicInteger entries = new AtomicInteger(2);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/feed", exchange -> {
            String items = IntStream.rangeClosed(1, entries.get())
                    .mapToObj(RouteExamplesIT::item)
                    .collect(Collectors.joining());
            byte[] feed =
                    ("<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\"><channel><title>A feed</title>"
                                    + "<link>https://example.org/</link><description>of a test</description>" + items
                                    + "</channel></rss>")
                            .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/rss+xml");
            exchange.sendResponseHeaders(200, feed.length);
            exchange.getResponseBody().write(feed);
            exchange.close();
        });
        server.start();
        String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/feed";
        try {
            save("rss.camel.yaml", "rss.address", address, "rss.address", address, "rss.period", "200");
            await().atMost(WAIT).untilAsserted(() -> assertThat(feed())
                    .containsExactly(
                            "Entry 1\n\nТелескоп 1|2026-01-31 12:00:00+00|https://example.org/1?a=1&b|A feed|indexed",
                            "Entry 2\n\nТелескоп 2|2026-01-31 12:00:00+00|https://example.org/2?a=1&b|A feed|indexed"));
            entries.set(3);
            await().atMost(WAIT)
                    .untilAsserted(() -> assertThat(feed()).hasSize(3).allMatch(row -> row.endsWith("indexed")));
            var parsed = pipeline.application
                    .getBean(StringRedisTemplate.class)
                    .opsForStream()
                    .size("stream:posts:parsed");
            int polls = polls();
            await().atMost(WAIT).until(() -> polls() > polls + 2);
            assertThat(pipeline.application
                            .getBean(StringRedisTemplate.class)
                            .opsForStream()
                            .size("stream:posts:parsed"))
                    .as("what is stored is not published again")
                    .isEqualTo(parsed);
        } finally {
            remove("rss.camel.yaml");
            server.stop(0);
        }
    }

    private int polls() {
        return (int) pipeline.application
                .getBean(CamelContext.class)
                .getCamelContextExtension()
                .getContextPlugin(org.apache.camel.api.management.ManagedCamelContext.class)
                .getManagedRoute("rss")
                .getExchangesCompleted();
    }

    private List<String> feed() {
        return pipeline.jdbc
                .sql(
                        """
                        SELECT concat_ws('|', content, to_char(posted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS+00'), telegram_post_url,
                            title, indexing_status)
                        FROM posts p JOIN channels c ON c.id = p.channel_id WHERE tg_channel_id IS NULL ORDER BY content""")
                .query(String.class)
                .list();
    }

    /** A copy of a built-in file that was not copied from this version would undo what was mended since. */
    @Test
    void the_replacement_is_based_on_this_version_of_the_built_in_file() {
        assertThat(new RouteFiles(new PathMatchingResourcePatternResolver(), EXAMPLES.resolve("model-for-a-channel"))
                        .outdated(true))
                .isEmpty();
    }
}
