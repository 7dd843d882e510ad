package routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.lang.management.ManagementFactory;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import routes.testing.WebServer;

/** Posts with links to pages, from the import to the search, with a site and a stand-in of crawl4ai. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrawlPipelineIT {
    private static final String JSON = "application/json";

    private WebServer site;
    private WebServer crawl4ai;
    private ModelPipeline pipeline;
    private volatile String mode = "healthy";
    private volatile String word = "";

    @BeforeAll
    void open(@TempDir Path data) {
        site = new WebServer(WebServer.pages((request, out) -> {
            if (request.path().startsWith("/dead")) {
                WebServer.send(out, 404, "text/html", "");
            } else if (request.path().startsWith("/changing")) {
                WebServer.html(out, page(path(word)));
            } else if (request.path().startsWith("/long")) {
                String filler = "<p>Инженеры описали порядок работы на станции подробно и по шагам.</p>".repeat(150);
                WebServer.html(out, page(path(word)).replace("<article>", "<article><h1>Отчёт</h1>" + filler));
            } else {
                WebServer.html(out, page(request.path().substring(1)));
            }
        }));
        crawl4ai = new WebServer((request, out) -> {
            switch (mode) {
                case "failing" -> WebServer.send(out, 500, JSON, "{\"detail\":\"out of memory\"}");
                case "hanging" -> WebServer.hang();
                case "lying" -> WebServer.send(out, 200, JSON, "{\"success\":true}");
                default -> WebServer.send(out, 200, JSON, "{\"success\":true,\"results\":[" + result() + "]}");
            }
        });
        pipeline = new ModelPipeline(
                data,
                "--tagging.providers=local",
                "--crawl.allow-private-networks=true",
                "--crawl.timeout=30s",
                "--crawl4ai.url=" + crawl4ai.url(""),
                "--crawl4ai.timeout=5s");
    }

    @AfterAll
    void close() throws Exception {
        pipeline.close();
        site.close();
        crawl4ai.close();
    }

    /** A page with one word that no other text has. */
    private static String page(String word) {
        String text = "Инженеры описали устройство станции и порядок работы на ней подробно и по шагам. ".repeat(8);
        return "<html><head><title>Отчёт инженеров</title></head><body><nav>Разделы Магазин</nav><article><h1>Отчёт"
                + " инженеров</h1><p>"
                + new String(java.util.Base64.getUrlDecoder().decode(word), UTF_8) + ". " + text
                + "</p><p>" + text + "</p></article><footer>Контакты редакции</footer></body></html>";
    }

    /** The answer to the last request, with the page as the browser sees it. */
    private String result() throws Exception {
        var json = new ObjectMapper();
        String url = site.url("/" + path("хризантемоведение"));
        return json.writeValueAsString(json.createObjectNode()
                .put("url", url)
                .put("success", true)
                .put("status_code", 200)
                .put("redirected_url", url)
                .put("html", page(path("хризантемоведение"))));
    }

    private static String path(String word) {
        return java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(word.getBytes(UTF_8));
    }

    private UUID imported(String path) throws Exception {
        return pipeline.imported(
                        "Нейросети и искусственный интеллект в новом отчёте #нейросети #ai " + site.url("/" + path))
                .get(0);
    }

    private JsonNode page(UUID post) throws Exception {
        String text = pipeline.jdbc
                .sql("SELECT data::text FROM post_enrichment WHERE post_id = ? AND kind = 'crawl'")
                .param(post)
                .query(String.class)
                .optional()
                .orElse("{}");
        return new ObjectMapper().readTree(text).path("urls").path(0);
    }

    private JsonNode awaitPage(UUID post) throws Exception {
        await().atMost(Duration.ofSeconds(60)).until(() -> !page(post).isMissingNode());
        return page(post);
    }

    private void awaitFound(String word, UUID post) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(pipeline.found(word)).contains(post));
    }

    @Test
    void a_post_is_found_by_a_word_that_is_only_in_the_article_behind_its_link() throws Exception {
        mode = "healthy";
        UUID post = imported(path("хризантемоведение"));

        JsonNode page = awaitPage(post);

        assertThat(page.path("provider").asText()).isEqualTo("crawl4ai");
        assertThat(page.path("markdown").asText()).contains("хризантемоведение").doesNotContain("Магазин", "Контакты");
        awaitFound("хризантемоведение", post);
        assertThat(pipeline.get("/users/1/pipeline").path("crawled").asInt()).isPositive();
    }

    @Test
    void a_word_far_into_the_article_finds_the_post_and_the_hit_says_that_it_is_in_the_linked_page() throws Exception {
        mode = "failing";
        word = "виолончелестроение";
        UUID post = imported("long");

        assertThat(awaitPage(post).path("markdown").asText().indexOf(word)).isGreaterThan(8_000);
        awaitFound(word, post);
        assertThat(hit(word).path("found_in").asText()).isEqualTo("link");
        assertThat(hit(word).path("snippet").asText()).contains(word);
        assertThat(hit("новом отчёте").path("found_in").asText()).isEqualTo("post");
    }

    private JsonNode hit(String words) throws Exception {
        String query = java.net.URLEncoder.encode(words, UTF_8);
        return pipeline.get("/users/1/search?q=" + query).path("items").path(0);
    }

    @ParameterizedTest
    @CsvSource({
        "failing, crawl4ai_failed, дирижаблестроение",
        "lying, crawl4ai_bad_answer, светлячководство",
        "hanging, crawl4ai_timeout, барометрография"
    })
    void the_built_in_fetcher_takes_over_from_crawl4ai_and_the_reason_is_recorded(
            String fault, String reason, String word) throws Exception {
        mode = fault;
        double before = pipeline.metric(series(reason));
        UUID post = imported(path(word));

        JsonNode page = awaitPage(post);

        assertThat(page.path("provider").asText()).isEqualTo("builtin");
        assertThat(page.path("fallback").asText()).isEqualTo(reason);
        assertThat(pipeline.metric(series(reason))).isEqualTo(before + 1);
        awaitFound(word, post);
    }

    private static String series(String reason) {
        return "crawl_requests_total{reason=\"" + reason + "\",status=\"retrying\"}";
    }

    @Test
    void a_post_whose_link_is_dead_is_found_by_its_own_words_and_has_no_dead_letter() throws Exception {
        mode = "failing";
        UUID post = imported("dead-" + UUID.randomUUID());

        JsonNode page = awaitPage(post);

        assertThat(page.path("reason").asText()).isEqualTo("http_404");
        awaitFound("искусственный интеллект", post);
        assertThat(pipeline.scrape().lines().filter(line -> line.startsWith("stream_dead_letters")))
                .allMatch(line -> line.endsWith(" 0.0"));
    }

    @Test
    void links_are_fetched_again_on_request_and_the_post_and_the_index_have_what_came() throws Exception {
        mode = "failing";
        String first = "дирижабль" + UUID.randomUUID().toString().replaceAll("\\W|\\d", "");
        word = first;
        UUID post = imported("changing-" + UUID.randomUUID());
        awaitFound(first, post);
        word = "барометр" + UUID.randomUUID().toString().replaceAll("\\W|\\d", "");

        HttpResponse<String> answer = pipeline.send("POST", "/posts/" + post + "/refetch_links");
        HttpResponse<String> again = pipeline.send("POST", "/posts/" + post + "/refetch_links");

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(again.body()).isEqualTo(answer.body());
        assertThat(answer.body()).contains(refetchedByJmx(post.toString()).replaceFirst(".*request ", ""));
        assertThatThrownBy(() -> refetchedByJmx("999999")).rootCause().hasMessageContaining("There is no post 999999");
        awaitFound(word, post);
        await().untilAsserted(() -> assertThat(pipeline.found(first)).doesNotContain(post));
        await().untilAsserted(() -> {
            JsonNode link = pipeline.get("/posts/" + post).at("/links/0");
            assertThat(link.path("requested").asBoolean()).isFalse();
            assertThat(link.path("state").asText()).isEqualTo("fetched");
        });
        assertThat(pipeline.get("/posts/" + post + "/links/1/article")
                        .path("markdown")
                        .asText())
                .contains(word);
        assertThat(site.pages())
                .filteredOn(page -> page.startsWith("/changing-"))
                .hasSize(2);
    }

    @Test
    void the_links_of_posts_with_a_users_own_tag_are_read_within_the_users_own_limit() throws Exception {
        mode = "failing";
        settings("{\"trigger_tags\": [\"вышивание\"], \"posts_per_day\": 1}");
        try {
            UUID read = pipeline.imported(
                            "Крестиком и гладью: вышивание для всех #вышивание " + site.url("/" + path("мулине")))
                    .get(0);
            awaitFound("мулине", read);
            UUID left = pipeline.imported("Ещё раз про вышивание для всех #вышивание " + site.url("/" + path("пяльцы")))
                    .get(0);

            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                JsonNode link = pipeline.get("/posts/" + left).at("/links/0");
                assertThat(link.path("state").asText()).isEqualTo("skipped");
                assertThat(link.path("reason").asText()).isEqualTo("budget_user");
            });
            assertThat(site.pages()).doesNotContain("/" + path("пяльцы"));
        } finally {
            settings("{\"trigger_tags\": []}");
        }
    }

    private String refetchedByJmx(String post) throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        String context = pipeline.application.getBean(CamelContext.class).getManagementName();
        ObjectName replay = server.queryNames(
                        new ObjectName("org.apache.camel:name=StreamReplay,context=" + context + ",*"), null)
                .iterator()
                .next();
        return (String)
                server.invoke(replay, "refetchLinks", new Object[] {post}, new String[] {String.class.getName()});
    }

    private void settings(String body) throws Exception {
        assertThat(pipeline.put("/users/1/crawl/settings", body).statusCode()).isEqualTo(200);
    }

    @Test
    void five_posts_with_one_link_fetch_it_once() throws Exception {
        mode = "failing";
        String path = path("пятикратность");
        List<UUID> posts = pipeline.imported(java.util.stream.IntStream.range(0, 5)
                .mapToObj(i -> "Нейросети, запись " + i + " #нейросети #ai " + site.url("/" + path))
                .toArray(String[]::new));

        for (UUID post : posts) {
            assertThat(awaitPage(post).path("markdown").asText()).contains("пятикратность");
        }
        assertThat(site.pages()).filteredOn(page -> page.equals("/" + path)).hasSize(1);
    }
}
