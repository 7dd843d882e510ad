package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.events.StreamCatalog;
import routes.operations.MainJob;
import routes.operations.PipelineCounts;
import routes.operations.RunOptions;
import routes.redis.StreamAdmin;
import routes.testing.FreePort;
import routes.text.Hashtags;

/** The main job as a user runs it: the whole application on embedded services, the demo channel, the HTTP ports. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MainJobIT {
    private static final int DEMO_POSTS = 68;
    private static final int DEMO_PICTURES = 11;
    private static final int DEMO_PAGES = 2;
    private static final Pattern LIBRARIES = Pattern.compile(
            "^(app|application|camel|disk|executor|hikaricp|http|jdbc|jvm|lettuce|process|spring|system|tasks|tomcat)_");

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final ObjectMapper json = new ObjectMapper();
    private ConfigurableApplicationContext application;
    private String output;

    @BeforeAll
    void runTheDemo(@TempDir Path data) throws InterruptedException, IOException {
        // posts of the demo link to pages of this port
        application = CommandLine.open(RunOptions.parse(
                "--demo",
                "--data.dir=" + data,
                "--api.port=" + FreePort.next(),
                "--management.port=0",
                "--outbox.poll-interval=20"));
        var printed = new ByteArrayOutputStream();
        int result = application.getBean(MainJob.class).run(new PrintStream(printed, true, StandardCharsets.UTF_8));
        output = printed.toString(StandardCharsets.UTF_8);
        assertThat(result).as("goes on").isEqualTo(MainJob.STAYS_UP);
    }

    @AfterAll
    void stop() {
        application.close();
    }

    @Test
    void the_summary_tells_where_the_posts_are() {
        assertThat(output)
                .containsPattern("posts parsed +\\| " + DEMO_POSTS)
                .containsPattern("crawled +\\| " + DEMO_PAGES)
                .containsPattern("failed +\\| 0 ")
                .containsPattern("dead letters +\\| 0 ")
                .contains("/docs");
    }

    @Test
    void every_post_is_in_a_final_state_and_the_books_balance() {
        PipelineCounts.Counts counts = application.getBean(PipelineCounts.class).counts();
        assertThat(counts.parsed()).isEqualTo(DEMO_POSTS);
        assertThat(counts.balance()).isTrue();
        assertThat(counts.taggingOpen() + counts.indexOpen() + counts.taggingFailed() + counts.indexFailed())
                .isZero();
        assertThat(counts.albums()).isEqualTo(2);

        var inspector = application.getBean(StreamAdmin.class);
        assertThat(inspector.stream(key("posts.parsed")).length()).isEqualTo(DEMO_POSTS);
        assertThat(counts.withVision()).isEqualTo(DEMO_PICTURES);
        assertThat(inspector.stream(key("posts.vision.analyzed")).length())
                .isEqualTo(inspector.stream(key("posts.vision.uploaded")).length());
        // each picture has its post tagged again, and indexed again with its words
        assertThat(inspector.stream(key("posts.tagged")).length()).isEqualTo(DEMO_POSTS + DEMO_PICTURES);
        // each post whose links are read is indexed again with its pages
        long crawls = inspector.stream(key("posts.crawl")).length();
        assertThat(value("SELECT string_agg(p.telegram_message_id::text, ', ' ORDER BY p.telegram_message_id)"
                        + " FROM posts p JOIN post_enrichment e ON e.post_id = p.id AND e.kind = 'crawl'"))
                .as("no post of the demo has its links read in the web")
                .isEqualTo("39, 48");
        assertThat(counts.crawled()).isEqualTo(DEMO_PAGES);
        assertThat(inspector.stream(key("posts.enriched")).length()).isEqualTo(DEMO_POSTS + DEMO_PICTURES + crawls);
        assertThat(inspector.stream(key("posts.indexed")).length())
                .isBetween(counts.indexed(), counts.indexed() + DEMO_PICTURES + crawls);
        assertThat(inspector.stream(key("albums.parsed")).length()).isEqualTo(2);
        new StreamCatalog().streams().forEach(stream -> assertThat(
                        inspector.stream(stream.key()).deadLetters())
                .as(stream.name())
                .isZero());
    }

    @Test
    void a_post_is_found_by_a_word_form_that_does_not_stand_in_it_with_its_tags() throws Exception {
        for (var query :
                Map.of("затмением", 9, "видеокартой", 27, "мерзлотой", 55).entrySet()) {
            JsonNode hit = search(query.getKey()).path("items").path(0);
            assertThat(hit.path("link").asText()).as(query.getKey()).endsWith("/" + query.getValue());
            assertThat(hit.path("tags")).isNotEmpty();
            String content = get(apiPort(), "/posts/" + hit.path("post_id").asText())
                    .path("content")
                    .asText();
            assertThat(content.toLowerCase(Locale.ROOT)).doesNotContain(query.getKey());
        }
    }

    @Test
    void a_post_is_found_by_words_that_are_only_in_the_article_that_it_links_to() throws Exception {
        for (var query : Map.of("cat whiskers", 39, "одометрия лидар", 48).entrySet()) {
            JsonNode hit = search(query.getKey()).path("items").path(0);
            assertThat(hit.path("link").asText()).as(query.getKey()).endsWith("/" + query.getValue());
            JsonNode post = get(apiPort(), "/posts/" + hit.path("post_id").asText());
            assertThat(post.path("content").asText()).doesNotContain("whisker", "лидар");
            JsonNode page = post.at("/enrichments/crawl/urls/0");
            assertThat(page.path("title").asText()).doesNotContain("|", "—").isNotBlank();
            assertThat(page.path("author").asText()).isIn("Nora Whitlock", "Вера Ломова");
            assertThat(page.path("published_at").asText()).startsWith("2026");
            assertThat(page.path("markdown").asText())
                    .as("without menu, sidebar and footer")
                    .doesNotContain("Front page", "Главная", "newsletter", "рассылку", "Imprint", "О редакции");
            JsonNode link = post.at("/links/0");
            assertThat(link.path("state").asText()).isEqualTo("fetched");
            assertThat(text(apiPort(), URI.create(link.path("url").asText()).getPath()))
                    .as("the demo serves the page")
                    .contains("Telegram Assistant");
            JsonNode article = get(apiPort(), "/posts/" + post.path("id").asText() + "/links/1/article");
            assertThat(article.path("pictures")).hasSize(1);
        }
    }

    @Test
    void tags_are_words_of_their_post_and_never_those_an_injected_instruction_asks_for() throws Exception {
        JsonNode posts = get(apiPort(), "/users/1/posts?limit=100").path("posts");
        assertThat(posts).hasSize(DEMO_POSTS);
        for (JsonNode post : posts) {
            String content = post.path("content").asText();
            JsonNode seen = get(apiPort(), "/posts/" + post.path("id").asText()).path("enrichments");
            String text = normal(content + "\n" + post.path("attachment_text").asText() + "\n"
                    + seen.path("ocr").path("text").asText() + "\n"
                    + String.join("\n", Hashtags.of(content)));
            post.path("tags").forEach(tag -> assertThat(text).contains(normal(tag.asText())));
        }
    }

    @Test
    void the_same_import_again_publishes_nothing() throws Exception {
        long outbox = count("SELECT count(*) FROM outbox");
        String references = "SELECT string_agg(file_sha256 || refs_count, ',' ORDER BY file_sha256) FROM media_objects";
        String media = value(references);
        application
                .getBean(MainJob.class)
                .run(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));

        assertThat(count("SELECT count(*) FROM outbox")).isEqualTo(outbox);
        assertThat(value(references)).isEqualTo(media);
        assertThat(count("SELECT count(*) FROM posts")).isEqualTo(DEMO_POSTS);
    }

    @Test
    void health_tells_every_stage_and_is_up() throws Exception {
        JsonNode health = get(apiPort(), "/health");
        assertThat(health.path("status").asText()).isEqualTo("UP");
        assertThat(get(managementPort(), "/health")
                        .path("components")
                        .path("stages")
                        .path("details"))
                .anySatisfy(stage -> assertThat(stage.asText()).isEqualTo("UP"));
        assertThat(status(apiPort(), "/health/ready")).isEqualTo(200);
        assertThat(status(apiPort(), "/docs")).isEqualTo(200);
    }

    @Test
    void alerts_only_name_metrics_that_a_scrape_has() throws Exception {
        Set<String> scraped = text(managementPort(), "/metrics")
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("[{ ]")[0])
                .collect(Collectors.toSet());
        Set<String> named = new TreeSet<>();
        var expression = Pattern.compile("\\b([a-z]+_[a-z_]+)\\b(?=[\\[{ )])");
        for (String line : Files.readAllLines(Path.of("config/prometheus/alerts.yml"))) {
            if (line.contains("expr:")) {
                expression.matcher(line).results().forEach(found -> named.add(found.group(1)));
            }
        }
        assertThat(named).hasSizeGreaterThan(5);
        assertThat(scraped).containsAll(named);
    }

    @Test
    void every_metric_of_the_product_is_described_and_every_series_of_a_route_names_it() throws Exception {
        status(apiPort(), "/health");
        // a request is counted after its answer is out
        await().untilAsserted(() ->
                assertThat(text(managementPort(), "/metrics")).contains("http_server_requests_seconds_bucket{"));
        String metrics = text(managementPort(), "/metrics");
        assertThat(metrics.lines()
                        .filter(line -> line.startsWith("# TYPE "))
                        .map(line -> line.split(" ")[2])
                        .filter(name -> !LIBRARIES.matcher(name).find())
                        .toList())
                .hasSizeGreaterThan(25)
                .allSatisfy(name -> assertThat(metrics).containsPattern("(?m)^# HELP " + name + " \\S.*$"));
        assertThat(metrics).doesNotContain("routeId=\"\"");
        assertThat(metrics)
                .contains("stream_consumer_lag{group=\"tagging_workers\"")
                .as("a group that no stage uses")
                .doesNotContain(
                        "stream_unserved_group{group=\"trend_workers\"", "stream_consumer_lag{group=\"trend_workers\"");
    }

    @Test
    void metrics_count_what_happened() throws Exception {
        String metrics = text(managementPort(), "/metrics");
        assertThat(metrics).containsPattern("tagging_processed_total\\{status=\"success\"\\} [1-9]");
        assertThat(metrics).containsPattern("tags_persisted_total\\{status=\"success\"\\} [1-9]");
        assertThat(metrics).containsPattern("indexing_processed_total\\{status=\"success\"\\} [1-9]");
        assertThat(metrics)
                .containsPattern(
                        "stream_messages_total\\{group=\"tagging_workers\",outcome=\"completed\",stream=\"posts.parsed\"\\}"
                                + " [1-9]");
        assertThat(metrics).containsPattern("embedding_latency_seconds_count\\{[^}]*provider=\"local\"[^}]*\\} [1-9]");
    }

    private JsonNode search(String query) throws Exception {
        return get(apiPort(), "/users/1/search?q=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
    }

    private JsonNode get(int port, String path) throws Exception {
        return json.readTree(text(port, path));
    }

    private String text(int port, String path) throws Exception {
        HttpResponse<String> answer = send(port, path);
        assertThat(answer.statusCode()).as(path + " " + answer.body()).isEqualTo(200);
        return answer.body();
    }

    private int status(int port, String path) throws Exception {
        return send(port, path).statusCode();
    }

    private HttpResponse<String> send(int port, String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private int apiPort() {
        return application.getEnvironment().getProperty("local.server.port", Integer.class);
    }

    private int managementPort() {
        return application.getEnvironment().getProperty("local.management.port", Integer.class);
    }

    private long count(String sql) {
        return application.getBean(JdbcClient.class).sql(sql).query(Long.class).single();
    }

    private String value(String sql) {
        return application
                .getBean(JdbcClient.class)
                .sql(sql)
                .query(String.class)
                .single();
    }

    private String key(String stream) {
        return new StreamCatalog().key(stream);
    }

    private static String normal(String text) {
        return text.toLowerCase(Locale.ROOT).replace('ё', 'е').replaceAll("[\\s\\p{Z}]+", " ");
    }
}
