package routes.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import routes.events.Sha256;
import routes.objectstore.ObjectKeys;
import routes.objectstore.ObjectStore;
import routes.testing.WebServer;

/** What the API tells of the pages behind links. */
class LinksIT {

    @RegisterExtension
    static final RunningApi api = new RunningApi();

    private static final WebServer SITE = new WebServer((request, out) -> {
        switch (request.path()) {
            case "/picture.png" -> WebServer.send(out, 200, "image/png", "the bytes");
            case "/page.png" -> WebServer.send(out, 200, "text/html", "<script>attack()</script>");
            case "/drawing.svg" -> WebServer.send(out, 200, "image/svg+xml", "<svg onload='attack()'/>");
            case "/moved.png" -> WebServer.redirect(out, "/picture.png");
            case "/endless.png" -> WebServer.send(out, 200, "image/png", new byte[2 << 20]);
            default -> WebServer.send(out, 404, "text/html", "");
        }
    });

    private final ApiClient client = api.client();
    private final Fixtures fixtures = api.fixtures();
    private UUID tenant;
    private UUID post;

    @BeforeEach
    void aPost() {
        tenant = fixtures.tenant();
        UUID channel = fixtures.channelOf(fixtures.user(tenant));
        post = fixtures.post(tenant, channel, Instant.parse("2026-01-31T12:00:00Z"), "text");
        fixtures.tags(post, "ai");
    }

    @AfterAll
    static void close() throws IOException {
        SITE.close();
    }

    private JsonNode link() {
        return links().path(0);
    }

    private JsonNode links() {
        return client.get("/posts/" + post).json().path("links");
    }

    @Test
    void a_page_that_was_read_is_told_with_its_facts() {
        fixtures.page(
                tenant,
                post,
                "The text",
                ", \"status\": 200, \"title\": \"Mars\", \"site\": \"Example\", \"author\": \"Anna\", \"published_at\":"
                        + " \"2026-01-30\", \"language\": \"en\", \"excerpt\": \"Red.\", \"word_count\": 2");

        JsonNode link = link();

        assertThat(link.path("n").asInt()).isEqualTo(1);
        assertThat(link.path("url").asText()).isEqualTo(Fixtures.LINK);
        assertThat(link.path("state").asText()).isEqualTo("fetched");
        assertThat(link.path("title").asText()).isEqualTo("Mars");
        assertThat(link.path("site").asText()).isEqualTo("Example");
        assertThat(link.path("author").asText()).isEqualTo("Anna");
        assertThat(link.path("published_at").asText()).isEqualTo("2026-01-30");
        assertThat(link.path("language").asText()).isEqualTo("en");
        assertThat(link.path("excerpt").asText()).isEqualTo("Red.");
        assertThat(link.path("fetched_at").asText()).isEqualTo("2026-01-31T10:00:00Z");
        assertThat(link.path("fetcher").asText()).isEqualTo("builtin");
        assertThat(link.path("has_article").asBoolean()).isTrue();
        assertThat(link.path("requested").asBoolean()).isFalse();
    }

    @Test
    void a_page_that_waits_for_its_host_is_queued() {
        fixtures.page(tenant, post, null, ", \"reason\": \"waiting\"");

        assertThat(link().path("state").asText()).isEqualTo("queued");
        assertThat(link().has("reason")).isFalse();
        assertThat(link().path("has_article").asBoolean()).isFalse();
    }

    @Test
    void a_link_to_a_post_of_telegram_leads_to_the_own_post() {
        UUID linked = UUID.randomUUID();
        fixtures.page(tenant, post, null, ", \"title\": \"A channel\", \"post_id\": \"" + linked + '"');

        assertThat(link().path("state").asText()).isEqualTo("fetched");
        assertThat(link().path("post_id").asText()).isEqualTo(linked.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "http_404, , dead",
        "http_410, , dead",
        "timeout, , failed",
        "robots, , failed",
        "http_503, , failed",
        ", http_404, dead",
        ", timeout, failed"
    })
    void a_page_that_could_not_be_read_is_told_with_the_reason_and_the_copy_from_before(
            String reason, String failure, String state) {
        fixtures.page(
                tenant,
                post,
                failure == null ? null : "The text",
                failure == null
                        ? ", \"reason\": \"" + reason + '"'
                        : ", \"failure\": \"" + failure + "\", \"failed_at\": \"2026-02-01T10:00:00Z\"");

        JsonNode link = link();

        assertThat(link.path("state").asText()).isEqualTo(state);
        assertThat(link.path("reason").asText()).isEqualTo(failure == null ? reason : failure);
        assertThat(link.path("has_article").asBoolean()).isEqualTo(failure != null);
        assertThat(link.path("failed_at").asText()).startsWith(failure == null ? "2026-01-31" : "2026-02-01");
        assertThat(link.has("fetched_at")).isEqualTo(failure != null);
    }

    @ParameterizedTest
    @CsvSource({
        "crawl-trigger, skipped, no_trigger_tag, skipped, no_trigger_tag",
        "crawl-trigger, skipped, budget_user, skipped, budget_user",
        "crawl-trigger, done, trigger_tag, queued, ",
        "crawl-trigger, retrying, away, queued, ",
        "crawl, retrying, away, queued, ",
        "crawl, dead_lettered, broken, failed, dead_lettered",
        "tagging, done, , skipped, "
    })
    void a_page_that_was_not_read_is_told_with_what_the_last_stage_did(
            String stage, String outcome, String why, String state, String reason) {
        fixtures.stage(post, stage, outcome, why);

        assertThat(link().path("state").asText()).isEqualTo(state);
        assertThat(link().path("reason").asText(null)).isEqualTo(reason);
    }

    @Test
    void a_link_of_a_post_that_waits_for_its_tags_is_queued() {
        fixtures.set(post, "tagging_status", "pending");

        assertThat(link().path("state").asText()).isEqualTo("queued");
    }

    @Test
    void a_link_is_recognised_in_any_spelling_and_links_of_before_come_last() {
        fixtures.page(tenant, post, "The text", "");
        fixtures.setJson(post, "urls", "[\"https://EXAMPLE.org/a#part\", \"https://example.org/b\"]");

        assertThat(links().findValuesAsText("state")).containsExactly("fetched", "skipped");
        assertThat(links().path(1).path("reason").asText()).isEqualTo("limit");

        fixtures.setJson(post, "urls", "[\"https://example.org/b\"]");
        assertThat(links().findValuesAsText("url")).containsExactly("https://example.org/b", Fixtures.LINK);
    }

    @Test
    void the_article_comes_as_markdown_and_as_html_that_loads_and_runs_nothing() {
        fixtures.page(
                tenant,
                post,
                "Some **words**.\n\n<script>attack()</script>\n\n![A picture](https://example.org/1.png) [x](javascript:attack())",
                ", \"title\": \"Mars\"");

        JsonNode article = client.get("/posts/" + post + "/links/1/article").json();

        assertThat(article.path("title").asText()).isEqualTo("Mars");
        assertThat(article.path("markdown").asText()).startsWith("Some **words**.");
        assertThat(article.path("html").asText())
                .contains("<strong>words</strong>", "&lt;script&gt;")
                .doesNotContain("<script", "javascript:", "src=");
        assertThat(article.at("/pictures/0/url").asText()).isEqualTo("https://example.org/1.png");
        assertThat(article.at("/pictures/0/alt").asText()).isEqualTo("A picture");
    }

    @Test
    void the_start_of_the_article_is_in_the_row_if_the_object_store_has_lost_it() throws IOException {
        fixtures.page(tenant, post, "The text", "");
        api.bean(ObjectStore.class).delete(ObjectKeys.article(tenant, Sha256.hex(Fixtures.LINK)));

        assertThat(client.get("/posts/" + post + "/links/1/article").text("markdown"))
                .isEqualTo("The text");
    }

    @ParameterizedTest
    @CsvSource({"/links/1/article, copy of the page", "/links/2/article, no link 2", "/links/1/pictures/1, copy"})
    void what_is_not_there_is_told(String path, String detail) {
        fixtures.page(tenant, post, null, ", \"reason\": \"http_404\"");

        ApiClient.Answer answer = client.get("/posts/" + post + path);

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text("detail")).contains(detail);
    }

    @ParameterizedTest
    @CsvSource({
        "/picture.png, 200, ",
        "/moved.png, 200, ",
        "/page.png, 404, content_type",
        "/drawing.svg, 404, content_type",
        "/endless.png, 404, too_large",
        "/gone.png, 404, http_404"
    })
    void a_picture_is_fetched_by_the_server_if_it_is_one(String path, int status, String reason) {
        fixtures.page(tenant, post, "![](" + SITE.url(path) + ")", "");

        ApiClient.Answer answer = client.get("/posts/" + post + "/links/1/pictures/1");

        assertThat(answer.status()).isEqualTo(status);
        if (status == 200) {
            assertThat(answer.http().body()).isEqualTo("the bytes");
            assertThat(answer.header("Content-Type")).isEqualTo("image/png");
            assertThat(answer.header("Content-Security-Policy")).isEqualTo("sandbox; default-src 'none'");
            assertThat(answer.header("Cache-Control")).startsWith("private");
        } else {
            assertThat(answer.text("detail")).contains(reason);
        }
    }

    @Test
    void links_are_requested_again_once_while_the_request_is_open() {
        fixtures.page(tenant, post, "The text", "");

        ApiClient.Answer first = client.post("/posts/" + post + "/refetch_links");
        ApiClient.Answer second = client.post("/posts/" + post + "/refetch_links");

        assertThat(first.status()).isEqualTo(202);
        assertThat(second.text("job_id")).isEqualTo(first.text("job_id"));
        List<String> events = api.jdbc()
                .sql("SELECT event::text FROM outbox WHERE stream = 'posts.crawl' AND event ->> 'post_id' = ?")
                .param(post.toString())
                .query(String.class)
                .list();
        assertThat(events).singleElement().asString().contains(Fixtures.LINK, "not_before", "manual");
        assertThat(link().path("requested").asBoolean()).isTrue();

        fixtures.stage(post, "crawl", "done", null);
        assertThat(link().path("requested").asBoolean()).isFalse();
    }

    @Test
    void a_post_without_links_has_none_to_request() {
        fixtures.setJson(post, "urls", "[\"tg://resolve?domain=x\"]");

        ApiClient.Answer answer = client.post("/posts/" + post + "/refetch_links");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text("detail")).contains("no link");
        assertThat(link().path("requested").asBoolean()).isFalse();
    }
}
