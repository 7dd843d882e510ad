package routes.crawl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import routes.article.ArticleExtractor;
import routes.crawl4ai.Crawl4aiProperties;
import routes.events.EntryFailure;
import routes.events.EventCodec;
import routes.events.Json;
import routes.events.PostCrawl;
import routes.events.PostEnriched;
import routes.events.Recorded;
import routes.events.StageOutcome;
import routes.events.StreamCatalog;
import routes.objectstore.folder.FolderObjectStore;
import routes.outbox.Outbox;
import routes.posts.PostNotThereYetException;
import routes.redis.RedisLink;
import routes.testing.Answers;
import routes.testing.CountingDatabase;
import routes.testing.EmbeddedDatabase;
import routes.testing.EmbeddedRedis;
import routes.testing.WebServer;
import routes.web.CrawlProperties;
import routes.web.HostLeases;
import routes.web.PageFetcher;
import routes.web.WebAddress;

/** The work of the stage with real stores and a web server; the route itself runs in CrawlPipelineIT. */
class CrawlIT {
    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final UUID CHANNEL = new UUID(0, 6);
    private static final CrawlProperties LIMITS = limits(Duration.ofSeconds(15));

    @TempDir
    Path folder;

    private final CountingDatabase database = new CountingDatabase(DATABASE.dataSource());
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final ObjectMapper json = Json.newMapper();
    private final LaterClock clock = new LaterClock();

    /** The time that hosts take: only a slow page puts it forward, not a machine that is busy with other things. */
    private final AtomicLong hostNanos = new AtomicLong();

    private final PageFetcher fetcher = new PageFetcher(LIMITS, Clock.systemUTC());

    /** Only for pages that never come, so that a busy machine makes no other page late. */
    private final PageFetcher impatient = new PageFetcher(limits(Duration.ofSeconds(2)), Clock.systemUTC());

    private final WebServer site = new WebServer(this::answer);
    private RedisLink redis;
    private FolderObjectStore objects;
    private Crawl crawl;
    private long message;
    private boolean isOut;
    private String robots;

    private static CrawlProperties limits(Duration timeout) {
        return new CrawlProperties(
                Set.of(80), true, timeout, timeout, 1 << 20, 5, Duration.ofMillis(20), "TestCrawler/1.0", Set.of());
    }

    /** A clock that tests put forward. */
    private static final class LaterClock extends Clock {
        private Duration later = Duration.ZERO;

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Instant instant() {
            return Instant.now().plus(later);
        }
    }

    private void answer(WebServer.Request request, java.io.OutputStream out) throws Exception {
        String path = request.path();
        if (path.equals("/robots.txt")) {
            WebServer.send(out, robots == null ? 404 : 200, "text/plain", robots == null ? "" : robots);
        } else if (path.startsWith("/slow")) {
            hostNanos.addAndGet(Duration.ofMillis(900).toNanos());
            WebServer.html(out, page("Медленная страница"));
        } else if (isOut || path.startsWith("/dead")) {
            WebServer.send(out, 404, "text/html", "<html><body>Nothing here</body></html>");
        } else if (path.startsWith("/hangs")) {
            WebServer.hang();
        } else if (path.equals("/moved")) {
            WebServer.redirect(out, "/article");
        } else if (path.equals("/gzip")) {
            var packed = new ByteArrayOutputStream();
            try (var gzip = new GZIPOutputStream(packed)) {
                gzip.write(page("Сжатая страница").getBytes(java.nio.charset.StandardCharsets.UTF_8));
            }
            WebServer.send(out, 200, "text/html; charset=utf-8", packed.toByteArray(), "Content-Encoding: gzip");
        } else if (path.equals("/escapes")) {
            WebServer.html(out, page("Как записать \\u0000 и &#55357; в JSON"));
        } else if (path.equals("/blank")) {
            WebServer.html(out, "<html><body><script>draw()</script></body></html>");
        } else if (request.header("If-None-Match").equals("\"v1\"")) {
            WebServer.send(out, 304, "text/html", "");
        } else {
            WebServer.send(out, 200, "text/html; charset=utf-8", page("Урожай на Марсе"), "ETag: \"v1\"");
        }
    }

    private static String page(String title) {
        String paragraph = "<p>"
                + "Марсианские колонисты собрали первый урожай картофеля под куполом станции. ".repeat(6) + "</p>";
        return """
               <html lang="ru"><head><title>%s</title><meta name="author" content="Анна Котова">
               <meta property="article:published_time" content="2026-03-01T10:00:00Z"></head><body>
               <nav><a href="/">Главная</a> <a href="/shop">Магазин</a></nav>
               <article><h1>%s</h1>%s%s</article>
               <footer>Все права защищены. <a href="/contacts">Контакты</a></footer></body></html>"""
                .formatted(title, title, paragraph, paragraph);
    }

    @BeforeEach
    void prepare() throws IOException {
        REDIS.commands().flushall();
        redis = new RedisLink(REDIS.newClient(), Duration.ofSeconds(10));
        DATABASE.jdbc().sql("DELETE FROM posts").update();
        DATABASE.jdbc()
                .sql("INSERT INTO channels (id, title) VALUES (?, 'Channel') ON CONFLICT DO NOTHING")
                .param(CHANNEL)
                .update();
        objects = new FolderObjectStore(folder.resolve("media"));
        crawl = crawl();
    }

    private Crawl crawl() {
        var crawl4ai = new Crawl4aiProperties("", "", Duration.ofSeconds(1));
        var cache = new PageCache(redis, objects, json, clock, LIMITS, crawl4ai);
        return new Crawl(
                new CrawlStore(JdbcClient.create(database), json),
                new Outbox(database, new EventCodec(json, new StreamCatalog())),
                cache,
                new HostLeases(redis),
                LIMITS,
                new ArticleExtractor(),
                new CrawlMetrics(metrics),
                new DataSourceTransactionManager(database),
                clock);
    }

    @AfterEach
    void close() throws IOException {
        fetcher.close();
        impatient.close();
        site.close();
        redis.close();
    }

    @Test
    void the_article_is_stored_with_its_facts_and_without_menu_and_footer() throws Exception {
        UUID post = post();

        PostEnriched answer = enriched(event(post, site.url("/moved")));

        JsonNode page = data(post).path("urls").path(0);
        assertThat(page.path("url").asText()).isEqualTo(site.url("/moved"));
        assertThat(page.path("final_url").asText()).isEqualTo(site.url("/article"));
        assertThat(page.path("status").asInt()).isEqualTo(200);
        assertThat(page.path("title").asText()).isEqualTo("Урожай на Марсе");
        assertThat(page.path("author").asText()).isEqualTo("Анна Котова");
        assertThat(page.path("published_at").asText()).startsWith("2026-03-01");
        assertThat(page.path("language").asText()).isEqualTo("ru");
        assertThat(page.path("provider").asText()).isEqualTo("builtin");
        assertThat(page.path("word_count").asInt()).isGreaterThan(50);
        assertThat(page.path("markdown").asText()).contains("картофеля").doesNotContain("Магазин", "Контакты");
        assertThat(row(post, "status")).isEqualTo("ok");
        assertThat(new String(
                        objects.get(page.path("markdown_key").asText())
                                .orElseThrow()
                                .readAllBytes(),
                        java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo(page.path("markdown").asText());
        assertThat(page.path("markdown_key").asText()).matches("crawl/" + TENANT + "/[0-9a-f]{64}\\.md");
        assertThat(answer.source()).isEqualTo("crawl");
        assertThat(answer.crawlSuccess()).isTrue();
        assertThat(answer.skipped()).isFalse();
        assertThat(answer.enrichmentData())
                .containsEntry("title", "Урожай на Марсе")
                .containsEntry("author", "Анна Котова");
        assertThat(new EventCodec(json, new StreamCatalog()).write(answer)).containsKey("data");
    }

    @Test
    void a_page_about_escapes_is_stored() throws Exception {
        UUID post = post();

        run(crawl, List.of(event(post, site.url("/escapes"))));

        assertThat(data(post).at("/urls/0/title").asText()).contains("\\u0000");
    }

    @Test
    void a_claim_that_expired_and_was_taken_by_another_worker_is_not_released() {
        var cache = new PageCache(
                redis, objects, json, clock, LIMITS, new Crawl4aiProperties("", "", Duration.ofSeconds(1)));
        var task = new PageTask(TENANT, WebAddress.of("https://example.org/a").orElseThrow());
        String owner = cache.claim(task).orElseThrow();
        assertThat(cache.claim(task)).isEmpty();
        String lock = REDIS.commands().keys("crawl:lock:*").get(0);
        REDIS.commands().set(lock, "another");

        cache.release(task, owner);

        assertThat(REDIS.commands().get(lock)).isEqualTo("another");
        REDIS.commands().set(lock, owner);
        cache.release(task, owner);
        assertThat(cache.claim(task)).isPresent();
    }

    @Test
    void a_page_of_five_posts_is_fetched_once_in_one_batch_or_in_several() throws Exception {
        List<PostCrawl> events = IntStream.range(0, 5)
                .mapToObj(i -> event(post(), site.url("/article")))
                .toList();

        run(crawl, events.subList(0, 3));
        run(crawl(), events.subList(3, 5));

        assertThat(site.pages()).containsExactly("/article");
        assertThat(events)
                .allSatisfy(event -> assertThat(row(event.postId(), "status")).isEqualTo("ok"));
        assertThat(REDIS.commands().keys("crawl:lock:*")).isEmpty();
        assertThat(REDIS.commands().keys("crawl:*"))
                // -2: the pause of the host has expired meanwhile; -1: never expires
                .allSatisfy(key -> assertThat(REDIS.commands().pttl(key)).isNotEqualTo(-1L));
    }

    @Test
    void a_process_that_dies_before_the_row_is_stored_repeats_no_fetch() throws Exception {
        PostCrawl event = event(post(), site.url("/article"), site.url("/gzip"), site.url("/dead"));
        fetchAll(crawl, crawl.begin(List.of(event)));

        run(crawl(), List.of(event));

        assertThat(site.pages()).containsExactly("/article", "/gzip", "/dead");
        assertThat(row(event.postId(), "status")).isEqualTo("partial");
    }

    @Test
    void a_redelivered_event_writes_nothing_and_gives_the_same_answer() throws Exception {
        PostCrawl event = event(post(), site.url("/article"), site.url("/dead"));
        PostEnriched first = enriched(event);
        String written = row(event.postId(), "updated_at");

        assertThat(enriched(event)).isEqualTo(first);
        assertThat(row(event.postId(), "updated_at")).isEqualTo(written);
        assertThat(site.pages()).hasSize(2);
    }

    @Test
    void what_cannot_be_read_is_recorded_with_its_reason_beside_what_can() throws Exception {
        UUID post = post();

        PostEnriched answer = enriched(event(
                post, site.url("/dead"), site.url("/hangs"), site.url("/blank"), "no address", site.url("/gzip")));

        JsonNode urls = data(post).path("urls");
        assertThat(urls.findValuesAsText("reason"))
                .containsExactly("http_404", "timeout", Crawl.NO_TEXT, "bad_address");
        assertThat(urls.path(0).path("status").asInt()).isEqualTo(404);
        assertThat(urls.path(4).path("title").asText()).isEqualTo("Сжатая страница");
        assertThat(row(post, "status")).isEqualTo("partial");
        assertThat(row(post, "error")).isEqualTo("http_404");
        assertThat(answer.crawlSuccess()).isTrue();
        assertThat(count("failed", "http_404")).isEqualTo(1);
        assertThat(count("success", "fetched")).isEqualTo(1);
    }

    @Test
    void a_post_without_a_page_that_can_be_read_is_skipped_with_the_reason() throws Exception {
        UUID post = post();

        PostEnriched answer = enriched(event(post, site.url("/dead")));

        assertThat(answer.skipped()).isTrue();
        assertThat(answer.skipReason()).isEqualTo("no_page");
        assertThat(answer.crawlSuccess()).isFalse();
        assertThat(row(post, "status")).isEqualTo("error");
    }

    @Test
    void a_page_that_another_worker_reads_is_left_to_it() throws Exception {
        PostCrawl first = event(post(), site.url("/article"));
        PostCrawl second = event(post(), site.url("/article"));
        CrawlPass pass = crawl.begin(List.of(first));
        PageTask task = pass.hosts().iterator().next().get(0);
        assertThat(crawl.isWanted(pass, task)).isTrue();

        Recorded answer = run(crawl(), List.of(second)).get(0);

        assertThat(((EntryFailure) answer).kind()).isEqualTo(EntryFailure.Kind.UNCOUNTED);
        crawl.fetched(pass, task, "builtin", null, fetcher.fetch(crawl.wish(pass, task)));
        assertThat(run(crawl(), List.of(second)).get(0)).isInstanceOf(PostEnriched.class);
        assertThat(site.pages()).containsExactly("/article");
    }

    @Test
    void a_host_that_does_not_answer_is_asked_three_times_and_then_left_alone_for_a_while() throws Exception {
        UUID post = post();
        String[] urls =
                IntStream.range(0, 6).mapToObj(i -> site.url("/hangs" + i)).toArray(String[]::new);

        enriched(event(post, urls));

        assertThat(data(post).path("urls").findValuesAsText("reason"))
                .containsExactly(
                        "timeout", "timeout", "timeout", Crawl.HOST_BACKOFF, Crawl.HOST_BACKOFF, Crawl.HOST_BACKOFF);
        assertThat(site.pages()).hasSize(3);
    }

    @Test
    void over_all_processes_a_host_is_asked_for_one_page_at_a_time() throws Exception {
        CrawlPass first = crawl.begin(List.of(event(post(), site.url("/article1"))));
        List<PageTask> pages = first.hosts().iterator().next();
        assertThat(crawl.isWanted(first, pages.get(0))).isTrue();
        PostCrawl second = event(post(), site.url("/article2"));
        PostCrawl elsewhere = event(post(), site.url("/article3").replace("127.0.0.1", "127.0.0.2"));

        List<Recorded> answers = run(crawl(), List.of(second, elsewhere));

        assertThat(((EntryFailure) answers.get(0)).kind()).isEqualTo(EntryFailure.Kind.UNCOUNTED);
        assertThat(answers.get(1)).isInstanceOf(PostEnriched.class);
        crawl.release(first, pages);
        assertThat(run(crawl(), List.of(second)).get(0)).isInstanceOf(PostEnriched.class);
    }

    @Test
    void a_post_with_a_link_to_a_busy_host_has_its_other_pages_at_once() throws Exception {
        CrawlPass first = crawl.begin(List.of(event(post(), site.url("/article1"))));
        List<PageTask> pages = first.hosts().iterator().next();
        assertThat(crawl.isWanted(first, pages.get(0))).isTrue();
        UUID post = post();
        String free = site.url("/article3").replace("127.0.0.1", "127.0.0.2");
        PostCrawl event = event(post, site.url("/article2"), free);

        for (int delivery = 0; delivery < 3; delivery++) {
            assertThat(run(crawl(), List.of(event)).get(0)).isInstanceOf(EntryFailure.class);
        }

        assertThat(data(post).path("urls").findValuesAsText("reason")).containsExactly(Crawl.WAITING);
        assertThat(data(post).path("urls").path(1).path("markdown").asText()).contains("картофеля");
        assertThat(row(post, "status")).isEqualTo("partial");
        assertThat(enrichedInOutbox(post)).isEqualTo(1);
        crawl.release(first, pages);
        assertThat(enriched(event).crawlSuccess()).isTrue();
        assertThat(data(post).path("urls").findValuesAsText("reason")).isEmpty();
        assertThat(row(post, "status")).isEqualTo("ok");
        assertThat(enrichedInOutbox(post))
                .as("the last one goes with the entry")
                .isEqualTo(1);
    }

    private static long enrichedInOutbox(UUID post) {
        return DATABASE.jdbc()
                .sql("SELECT count(*) FROM outbox WHERE stream = 'posts.enriched' AND event ->> 'post_id' = ?")
                .param(post.toString())
                .query(Long.class)
                .single();
    }

    @Test
    void pages_of_a_slow_host_wait_for_their_next_delivery() throws Exception {
        List<PostCrawl> batch = IntStream.range(0, 9)
                .mapToObj(i -> event(post(), site.url("/slow" + i)))
                .toList();

        List<Recorded> answers = run(crawl, batch);

        assertThat(site.pages()).as("begun within 5 s, 900 ms each").hasSize(6);
        assertThat(answers).filteredOn(answer -> answer instanceof PostEnriched).hasSameSizeAs(site.pages());
        assertThat(answers)
                .filteredOn(answer -> answer instanceof EntryFailure)
                .allMatch(answer -> ((EntryFailure) answer).kind() == EntryFailure.Kind.UNCOUNTED);
    }

    @Test
    void the_pause_that_a_site_asks_for_holds_for_all_processes() throws Exception {
        robots = "User-agent: *\nCrawl-delay: 30\n";
        enriched(event(post(), site.url("/article1")));

        List<Recorded> answers = run(crawl(), List.of(event(post(), site.url("/article2"))));

        assertThat(answers).allMatch(answer -> answer instanceof EntryFailure);
        assertThat(site.pages()).containsExactly("/article1");
        String key = "crawl:host-delay:127.0.0.1";
        assertThat(REDIS.commands().pttl(key)).isBetween(20_000L, 30_000L);
        REDIS.commands().del(key);
        assertThat(run(crawl(), List.of(event(post(), site.url("/article2")))).get(0))
                .isInstanceOf(PostEnriched.class);
    }

    @Test
    void a_link_to_a_post_of_telegram_is_read_from_the_own_database() throws Exception {
        DATABASE.jdbc()
                .sql(
                        "UPDATE channels SET username = 'Marsiane', tg_channel_id = 77123, title = 'Марсиане' WHERE id = ?")
                .param(CHANNEL)
                .update();
        UUID linked = post();
        long number = message;
        UUID other = UUID.randomUUID();
        DATABASE.jdbc()
                .sql("INSERT INTO tenants (id, name) VALUES (?, ?)")
                .params(other, "tenant " + other)
                .update();
        UUID post = post();
        UUID stranger = post(other);

        enriched(event(
                post,
                "https://t.me/marsiane/" + number,
                "https://t.me/c/77123/" + number,
                "https://t.me/marsiane/999999",
                "https://marsiane.t.me/" + number));
        enriched(event(other, stranger, "https://t.me/marsiane/" + number));

        JsonNode pages = data(post).path("urls");
        assertThat(pages.findValuesAsText("post_id"))
                .containsExactly(linked.toString(), linked.toString(), linked.toString());
        assertThat(pages.path(0).path("markdown").asText()).isEqualTo("Три простых слова");
        assertThat(pages.path(0).path("title").asText()).isEqualTo("Марсиане");
        assertThat(pages.path(2).path("reason").asText()).isEqualTo(Crawl.NOT_STORED);
        assertThat(row(post, "status")).isEqualTo("partial");
        assertThat(data(stranger).path("urls").path(0).path("reason").asText()).isEqualTo(Crawl.NOT_STORED);
        assertThat(site.requests).isEmpty();
    }

    @Test
    void an_old_copy_is_confirmed_by_its_site_and_survives_the_death_of_the_page() throws Exception {
        enriched(event(post(), site.url("/article")));

        clock.later = Duration.ofDays(2);
        UUID second = post();
        enriched(event(second, site.url("/article")));
        assertThat(count("success", "not_modified")).isEqualTo(1);
        clock.later = Duration.ofDays(4);
        isOut = true;
        UUID third = post();
        enriched(event(third, site.url("/article")));

        assertThat(site.pages()).hasSize(3);
        assertThat(List.of(second, third)).allSatisfy(post -> assertThat(
                        data(post).path("urls").path(0).path("markdown").asText())
                .contains("картофеля"));
        assertThat(data(second).at("/urls/0").has("failure")).isFalse();
        assertThat(data(third).at("/urls/0/failure").asText()).isEqualTo("http_404");
        assertThat(row(third, "status")).isEqualTo("partial");
        assertThat(row(third, "error")).isEqualTo("http_404");

        enriched(event(post(), site.url("/article")));
        assertThat(site.pages())
                .as("a dead page is not asked for with every post")
                .hasSize(3);
    }

    @Test
    void the_copy_of_a_post_survives_the_death_of_the_page_also_when_the_cache_has_forgotten_it() throws Exception {
        UUID post = post();
        enriched(event(post, site.url("/article")));
        REDIS.commands().flushall();
        isOut = true;

        PostEnriched answer = enriched(event(post, site.url("/article")));

        JsonNode page = data(post).at("/urls/0");
        assertThat(page.path("markdown").asText()).contains("картофеля");
        assertThat(page.path("title").asText()).isEqualTo("Урожай на Марсе");
        assertThat(page.path("failure").asText()).isEqualTo("http_404");
        assertThat(answer.crawlSuccess()).isTrue();
        assertThat(enriched(event(post, site.url("/article")))).isEqualTo(answer);

        isOut = false;
        REDIS.commands().flushall();
        enriched(event(post, site.url("/article")));
        assertThat(data(post).at("/urls/0").has("failure")).as("it lives again").isFalse();
    }

    @Test
    void the_copy_of_a_link_that_the_budget_leaves_out_stays_while_the_post_has_the_link() throws Exception {
        UUID post = post();
        enriched(event(post, site.url("/article"), site.url("/gzip"), site.url("/escapes")));
        DATABASE.jdbc()
                .sql("UPDATE posts SET urls = jsonb_build_array(?::text, ?::text) WHERE id = ?")
                .params(site.url("/article"), site.url("/gzip#part"), post)
                .update();

        enriched(event(post, site.url("/article")));

        assertThat(data(post).path("urls").findValuesAsText("url"))
                .containsExactly(site.url("/article"), site.url("/gzip"));
    }

    @Test
    void a_demand_asks_the_site_for_a_fresh_copy_once_however_often_it_is_repeated() throws Exception {
        UUID post = post();
        enriched(event(post, site.url("/article"), site.url("/dead"), site.url("/gzip")));
        Instant read = Instant.parse(data(post).at("/urls/0/fetched_at").asText());
        clock.later = Duration.ofMinutes(20);
        PostCrawl demand = demand(clock.instant(), post, site.url("/article"), site.url("/dead"), site.url("/gzip"));

        enriched(demand);
        for (int i = 0; i < 10; i++) {
            run(crawl(), List.of(demand));
        }

        assertThat(site.pages()).containsExactly("/article", "/dead", "/gzip", "/article", "/dead", "/gzip");
        assertThat(site.requests.get(site.requests.size() - 3).header("If-None-Match"))
                .isEqualTo("\"v1\"");
        assertThat(count("success", "not_modified")).isEqualTo(1);
        assertThat(Instant.parse(data(post).at("/urls/0/fetched_at").asText())).isAfter(read);
        assertThat(data(post).at("/urls/0/markdown").asText()).contains("картофеля");
    }

    @Test
    void a_demand_of_a_process_whose_clock_is_ahead_is_not_repeated_without_end() throws Exception {
        PostCrawl demand = demand(Instant.now().plusSeconds(3_600), post(), site.url("/article"), site.url("/dead"));

        for (int i = 0; i < 3; i++) {
            enriched(demand);
        }

        assertThat(site.pages()).containsExactly("/article", "/dead");
    }

    @Test
    void a_demand_for_a_page_that_is_gone_keeps_its_copy_and_is_not_repeated() throws Exception {
        UUID post = post();
        enriched(event(post, site.url("/article")));
        isOut = true;
        PostCrawl demand = demand(Instant.now(), post, site.url("/article"));

        for (int i = 0; i < 10; i++) {
            enriched(demand);
        }

        assertThat(site.pages()).containsExactly("/article", "/article");
        assertThat(data(post).at("/urls/0/failure").asText()).isEqualTo("http_404");
        assertThat(data(post).at("/urls/0/markdown").asText()).contains("картофеля");
    }

    @Test
    void another_tenant_takes_over_the_page_and_has_its_own_copy() throws Exception {
        UUID other = UUID.randomUUID();
        DATABASE.jdbc()
                .sql("INSERT INTO tenants (id, name) VALUES (?, ?)")
                .params(other, "tenant " + other)
                .update();
        UUID post = post(other);
        enriched(event(post(), site.url("/article")));

        enriched(event(other, post, site.url("/article")));

        JsonNode page = data(post).path("urls").path(0);
        assertThat(page.path("markdown_key").asText()).startsWith("crawl/" + other + "/");
        assertThat(objects.exists(page.path("markdown_key").asText())).isTrue();
        assertThat(site.pages()).hasSize(1);
    }

    @Test
    void deleted_and_missing_posts_fetch_nothing() throws Exception {
        UUID deleted = post();
        DATABASE.jdbc()
                .sql("UPDATE posts SET is_deleted = true WHERE id = ?")
                .param(deleted)
                .update();

        assertThat(run(crawl, List.of(event(deleted, site.url("/article")))))
                .containsExactly(StageOutcome.skipped("deleted"));
        assertThatThrownBy(() -> enriched(event(UUID.randomUUID(), site.url("/article"))))
                .isInstanceOf(PostNotThereYetException.class);
        assertThat(site.pages()).isEmpty();
    }

    @Test
    void an_outage_of_redis_fails_the_batch_and_stores_no_row() {
        UUID post = post();
        redis.close();

        assertThatThrownBy(() -> run(crawl, List.of(event(post, site.url("/article")))))
                .isInstanceOf(io.lettuce.core.RedisException.class);
        assertThat(row(post, "status")).isNull();
        assertThat(site.pages()).isEmpty();
    }

    @Test
    void the_number_of_statements_does_not_grow_with_the_batch() {
        List<PostCrawl> batch = IntStream.range(0, 32)
                .mapToObj(i -> event(post(), site.url("/article"), site.url("/dead")))
                .toList();

        int one = database.count(() -> runUnchecked(batch.subList(0, 1)));
        int many = database.count(() -> runUnchecked(batch));

        assertThat(many).isEqualTo(one).isEqualTo(2);
    }

    private void runUnchecked(List<PostCrawl> events) {
        try {
            assertThat(run(crawl, events)).hasOnlyElementsOfType(PostEnriched.class);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private PostEnriched enriched(PostCrawl event) throws Exception {
        return (PostEnriched) Answers.only(run(crawl, List.of(event)));
    }

    /** The steps of the route. */
    private List<Recorded> run(Crawl stage, List<PostCrawl> events) throws Exception {
        CrawlPass pass = stage.begin(events);
        fetchAll(stage, pass);
        return stage.end(pass);
    }

    private void fetchAll(Crawl stage, CrawlPass pass) {
        pass.nanoTime = hostNanos::get;
        stage.hosts(pass).forEach(pages -> {
            pages.forEach(task -> {
                if (stage.isWanted(pass, task)) {
                    delay(stage.delay(pass, task));
                    PageFetcher client = task.url().contains("/hangs") ? impatient : fetcher;
                    stage.fetched(pass, task, "builtin", null, client.fetch(stage.wish(pass, task)));
                }
            });
            stage.release(pass, pages);
        });
    }

    /** What the step {@code delay} of the route does. */
    private static void delay(long millis) {
        await().pollDelay(Duration.ofMillis(millis)).until(() -> true);
    }

    private UUID post() {
        return post(TENANT);
    }

    private UUID post(UUID tenant) {
        UUID post = UUID.randomUUID();
        DATABASE.jdbc()
                .sql(
                        """
                        INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, posted_at, content)
                        VALUES (?, ?, ?, ?, now(), 'Три простых слова')""")
                .params(post, tenant, CHANNEL, ++message)
                .update();
        return post;
    }

    private static PostCrawl event(UUID post, String... urls) {
        return event(TENANT, post, urls);
    }

    private static PostCrawl event(UUID tenant, UUID post, String... urls) {
        return event(null, tenant, post, urls);
    }

    private static PostCrawl demand(Instant notBefore, UUID post, String... urls) {
        return event(notBefore, TENANT, post, urls);
    }

    private static PostCrawl event(Instant notBefore, UUID tenant, UUID post, String... urls) {
        return new PostCrawl(
                "v1",
                "trace",
                Instant.EPOCH,
                "key",
                post,
                tenant,
                "1",
                CHANNEL,
                List.of(urls),
                List.of("ai"),
                "trigger_tag",
                List.of("ai"),
                false,
                notBefore);
    }

    private double count(String status, String reason) {
        return metrics.counter("crawl.requests", "status", status, "reason", reason)
                .count();
    }

    private JsonNode data(UUID post) {
        try {
            return json.readTree(row(post, "data"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String row(UUID post, String column) {
        return DATABASE
                .jdbc()
                .sql("SELECT " + column + "::text FROM post_enrichment WHERE post_id = ? AND kind = 'crawl'")
                .param(post)
                .query(String.class)
                .list()
                .stream()
                .findFirst()
                .orElse(null);
    }
}
