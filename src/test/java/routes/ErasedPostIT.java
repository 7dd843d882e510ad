package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.embedded.PreparedData;
import routes.events.PostIds;
import routes.ingest.ImportProgress;
import routes.ingest.ImportService;
import routes.operations.RunOptions;
import routes.schedule.Jobs;
import routes.vectorindex.VectorIndex;

/** Whatever the application has made of a post, nothing of its text is left anywhere after the post was erased. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ErasedPostIT {
    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final long TG_CHANNEL = 7_101;
    private static final Duration LONG = Duration.ofSeconds(90);

    /** The base of a word that no other post and no question has, in whatever form. */
    private static final String SECRET = "кварзум";

    private static final int DELETED = 101;
    private static final int EXPIRED = 102;
    private static final int LIVING = 103;

    /** Counts of words in all posts, without posts; renewed as the corpus grows. */
    private static final Set<String> STATISTICS = Set.of("corpus_snapshots");

    private ConfigurableApplicationContext application;
    private JdbcClient jdbc;
    private Path data;

    @BeforeAll
    void open(@TempDir Path folder) throws IOException {
        data = PreparedData.in(folder.resolve("data"));
        application = CommandLine.open(RunOptions.parse(
                "--data.dir=" + data,
                "--api.port=0",
                "--management.port=0",
                "--outbox.poll-interval=20",
                "--cleanup.keep-unused-files=1h",
                "--schedule.start-delay=1h",
                "--trends.min-posts=2",
                "--trends.min-channels=1",
                "--trends.min-baseline=1",
                "--trends.significance=1"));
        jdbc = application.getBean(JdbcClient.class);
        imported(folder);
    }

    @AfterAll
    void close() {
        application.close();
    }

    @Test
    void an_erased_post_leaves_no_text_in_any_table_the_graph_the_index_or_the_object_store() throws Exception {
        assertThat(send(
                        "PATCH",
                        "/posts/" + id(DELETED),
                        "{\"content\": \"Геологи нашли минерал кварзумит на Урале. Река рядом.\"}"))
                .contains(SECRET);
        awaitIndexed();
        assertThat(send("POST", "/users/1/rag/query", "{\"query\": \"Какой минерал нашли геологи?\"}"))
                .contains(SECRET);
        for (int post : List.of(DELETED, EXPIRED, LIVING)) {
            send("PUT", "/users/1/posts/" + id(post) + "/opened", null);
        }
        send("POST", "/users/1/digest/generate?from=" + Instant.now().minus(Duration.ofHours(20)), null);
        await().atMost(LONG)
                .until(() -> jdbc.sql("SELECT count(*) FROM digests WHERE status = 'ready'")
                                .query(Long.class)
                                .single()
                        == 1);
        jobs("trends-sliding", "interests");
        assertThat(tables(SECRET))
                .contains(
                        "posts",
                        "post_edits",
                        "post_enrichment",
                        "outbox",
                        "rag_queries",
                        "digests",
                        "trends",
                        "user_interests",
                        "graph_nodes");
        assertThat(objects()).contains(SECRET);

        send("DELETE", "/posts/" + id(DELETED), null);
        jdbc.sql("UPDATE posts SET expires_at = now() - interval '1 hour' WHERE id = ?")
                .param(id(EXPIRED))
                .update();
        jobs("cleanup-sweep");
        await().atMost(LONG)
                .until(() -> jdbc.sql("SELECT count(*) FROM posts WHERE cleaned_at IS NOT NULL")
                                .query(Long.class)
                                .single()
                        == 2);
        jdbc.sql("UPDATE media_objects SET last_seen_at = now() - interval '2 days'")
                .update();
        // first interests, which hold tags in the graph
        jobs("interests", "cleanup-sweep");

        assertThat(tables(SECRET)).isEmpty();
        assertThat(objects()).doesNotContain(SECRET);
        VectorIndex index = application.getBean(VectorIndex.class);
        assertThat(index.find(TENANT, id(DELETED))).isEmpty();
        assertThat(index.find(TENANT, id(EXPIRED))).isEmpty();
        for (String path : List.of(
                "/search?q=%D0%BC%D0%B8%D0%BD%D0%B5%D1%80%D0%B0%D0%BB",
                "/digests", "/trends", "/interests", "/posts")) {
            assertThat(send("GET", "/users/1" + path, null)).as(path).doesNotContain(SECRET);
        }
        // and nothing else was lost
        assertThat(tables("ледоход")).contains("posts", "post_enrichment", "digests", "outbox");
        assertThat(index.find(TENANT, id(LIVING))).isPresent();
    }

    private void jobs(String... names) {
        for (String name : names) {
            assertThat(application.getBean(Jobs.class).runNow(name)).as(name).isEqualTo(Jobs.Outcome.SUCCESS);
        }
    }

    private record Column(String table, String name) {}

    /** The tables with the word in a column that can hold text. */
    private Set<String> tables(String word) {
        Set<String> found = new TreeSet<>();
        for (Column column : jdbc.sql(
                        """
                        SELECT c.table_name AS "table", c.column_name AS name FROM information_schema.columns c
                        JOIN information_schema.tables t USING (table_schema, table_name)
                        WHERE table_schema = current_schema() AND t.table_type = 'BASE TABLE'
                            AND c.data_type IN ('text', 'character varying', 'character', 'json', 'jsonb', 'ARRAY', 'bytea', 'tsvector')
                        """)
                .query(Column.class)
                .list()) {
            String text = column.name();
            boolean has = jdbc.sql(
                            "SELECT EXISTS (SELECT FROM \"%s\" t WHERE CASE WHEN pg_typeof(t.\"%s\") = 'bytea'::regtype THEN position(:bytes IN t.\"%s\"::text) > 0 ELSE lower(t.\"%s\"::text) LIKE :word END)"
                                    .formatted(column.table(), text, text, text))
                    .param("word", "%" + word + "%")
                    .param("bytes", hex(word))
                    .query(Boolean.class)
                    .single();
            if (has && !STATISTICS.contains(column.table())) {
                found.add(column.table());
            }
        }
        return found;
    }

    private static String hex(String word) {
        StringBuilder hex = new StringBuilder();
        for (byte one : word.getBytes(StandardCharsets.UTF_8)) {
            hex.append(String.format(Locale.ROOT, "%02x", one));
        }
        return hex.toString();
    }

    /** All objects of the store. */
    private String objects() throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(data.resolve("media"))) {
            walk.filter(Files::isRegularFile).forEach(files::add);
        }
        StringBuilder all = new StringBuilder();
        for (Path file : files) {
            all.append(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        }
        return all.toString();
    }

    private void imported(Path folder) throws IOException {
        Path exports = Files.createDirectories(folder.resolve("export/files"));
        Files.writeString(exports.resolve("report.txt"), "Отчёт: " + SECRET + "ит");
        long now = Instant.now().getEpochSecond();
        StringBuilder messages = new StringBuilder();
        for (int i = 1; i <= 40; i++) {
            messages.append(message(i, now - 3 * 86_400 - i, "", "Погода в городе номер " + i + " без осадков"));
        }
        messages.append(message(
                DELETED,
                now - 3_600,
                "\"file\":\"files/report.txt\",\"mime_type\":\"text/plain\",",
                "Геологи нашли минерал кварзумит на Урале."));
        messages.append(message(EXPIRED, now - 3_000, "", "Новый минерал кварзумит показали в музее. #кварзумит"));
        messages.append(message(LIVING, now - 2_400, "", "На реке начался ледоход, переправа закрыта."));
        Path file = exports.resolveSibling("result.json");
        Files.writeString(
                file,
                "{\"name\":\"Новости\",\"type\":\"public_channel\",\"id\":" + TG_CHANNEL + ",\"messages\":["
                        + messages.substring(1) + "]}");
        ImportService imports = application.getBean(ImportService.class);
        UUID job = imports.submit(1, TENANT, file);
        ImportService.State done =
                await().atMost(LONG).until(() -> imports.find(job).orElseThrow(), ImportService.State::isOver);
        assertThat(done.status()).isEqualTo(ImportProgress.Status.DONE);
        awaitIndexed();
    }

    private static String message(int id, long time, String fields, String text) {
        return ",{\"id\":%d,\"type\":\"message\",\"date_unixtime\":\"%d\",%s\"text\":\"%s\"}"
                .formatted(id, time, fields, text);
    }

    private void awaitIndexed() {
        await().atMost(LONG)
                .until(() -> jdbc.sql(
                                        """
                                        SELECT (SELECT count(*) FROM posts WHERE indexing_status <> 'indexed' OR tagging_status <> 'success')
                                            + (SELECT count(*) FROM outbox WHERE published_at IS NULL)
                                        """)
                                .query(Long.class)
                                .single()
                        == 0);
    }

    private static UUID id(int message) {
        return PostIds.of(TENANT, TG_CHANNEL, message);
    }

    private String send(String method, String path, String body) throws Exception {
        String port = application.getEnvironment().getRequiredProperty("local.server.port");
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(60));
        request = body == null
                ? request.method(method, HttpRequest.BodyPublishers.noBody())
                : request.header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body));
        HttpResponse<String> answer =
                HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode())
                .as(method + " " + path + ": " + answer.body())
                .isBetween(200, 299);
        return answer.body();
    }
}
