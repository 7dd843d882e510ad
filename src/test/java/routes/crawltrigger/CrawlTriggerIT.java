package routes.crawltrigger;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.crawl.PageCache;
import routes.events.PostCrawl;
import routes.events.PostTagged;
import routes.events.Recorded;
import routes.events.StageOutcome;
import routes.events.Trigger;
import routes.redis.RedisLink;
import routes.testing.Answers;
import routes.testing.CountingDatabase;
import routes.testing.EmbeddedDatabase;
import routes.testing.EmbeddedRedis;
import routes.text.SearchWords;
import routes.web.WebAddress;

class CrawlTriggerIT {
    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final UUID CHANNEL = new UUID(0, 5);

    private RedisLink redis;
    private long message;

    @BeforeEach
    void prepare() {
        REDIS.commands().flushall();
        redis = new RedisLink(REDIS.newClient(), Duration.ofSeconds(10));
        DATABASE.jdbc().sql("DELETE FROM posts").update();
        settings(1, "{}");
        DATABASE.jdbc()
                .sql("INSERT INTO channels (id, title) VALUES (?, 'Channel') ON CONFLICT DO NOTHING")
                .param(CHANNEL)
                .update();
    }

    @AfterEach
    void close() {
        redis.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://[::1",
                "http://",
                "https:///path",
                "//ex.org/a",
                "ftp://ex.org/a",
                "mailto:a@ex.org",
                "javascript:alert(1)",
                "tg://resolve?domain=x",
                "",
                " ",
                "https://"
            })
    void a_link_that_is_no_web_address_is_skipped_with_a_reason_and_costs_nothing(String bad) {
        CrawlTrigger trigger = trigger(10, 10);

        assertThat(decide(trigger, tagged(bad))).isEqualTo(StageOutcome.skipped("no_valid_url"));
        assertThat(REDIS.commands().keys("crawl:*")).isEmpty();
        assertThat(urls(trigger, tagged(bad, "https://ex.org/good"))).containsExactly("https://ex.org/good");
    }

    @ParameterizedTest
    @CsvSource({
        "https://Пример.рф/Новости, https://xn--e1afmkfd.xn--p1ai/%D0%9D%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8",
        "http://user:pass@EX.org:8080/a, http://user:pass@ex.org:8080/a",
        "https://under_score.ex.org/, https://under_score.ex.org/",
        "https://[2001:db8::1]/a, https://[2001:db8::1]/a",
        "HTTPS://EX.ORG, https://ex.org/",
        "' https://ex.org/trimmed ', https://ex.org/trimmed",
        "https://ex.org/a b, https://ex.org/a%20b",
        "https://ex.org/a|b, https://ex.org/a%7Cb",
        "https://ex.org/%zz, https://ex.org/%25zz",
        "ex.org, https://ex.org/"
    })
    void a_web_address_in_any_spelling_is_published_in_its_normal_form(String url, String normal) {
        assertThat(urls(trigger(10, 10), tagged(url, normal))).containsExactly(normal);
    }

    @Test
    void a_post_none_of_whose_domains_has_room_costs_its_tenant_nothing() {
        CrawlTrigger trigger = trigger(2, 1);

        assertThat(urls(trigger, tagged("https://ex.org/1"))).isNotEmpty();
        for (int i = 0; i < 5; i++) {
            assertThat(decide(trigger, tagged("https://EX.org/again" + i)))
                    .isEqualTo(StageOutcome.skipped("budget_domain"));
        }
        assertThat(urls(trigger, tagged("https://other.org/1"))).isNotEmpty();
    }

    @Test
    void a_post_for_which_its_tenant_has_no_room_costs_its_domains_nothing() {
        CrawlTrigger trigger = trigger(1, 2);
        assertThat(urls(trigger, tagged("https://ex.org/1"))).isNotEmpty();

        assertThat(decide(trigger, tagged("https://ex.org/2"))).isEqualTo(StageOutcome.skipped("budget_tenant"));

        Set<String> counted = REDIS.commands()
                .smembers(REDIS.commands().keys("crawl:budget:domain:ex.org:*").get(0));
        assertThat(counted).containsExactly("https://ex.org/1");
        assertThat(REDIS.commands().keys("crawl:*"))
                .allSatisfy(key -> assertThat(REDIS.commands().pttl(key)).isPositive());
    }

    @Test
    void a_post_that_is_delivered_twice_counts_once_and_several_links_of_a_domain_count_each() {
        CrawlTrigger trigger = trigger(1, 2);
        PostTagged post = tagged("https://ex.org/1", "https://ex.org/2", "https://ex.org/3");

        assertThat(urls(trigger, post)).containsExactly("https://ex.org/1", "https://ex.org/2");
        assertThat(urls(trigger, post)).containsExactly("https://ex.org/1", "https://ex.org/2");
    }

    @Test
    void posts_of_telegram_cost_no_budget_and_its_other_links_are_no_pages() {
        CrawlTrigger trigger = trigger(1, 1);

        assertThat(urls(trigger, tagged("https://t.me/durov/5", "https://t.me/durov", "https://ex.org/1")))
                .containsExactly("https://t.me/durov/5", "https://ex.org/1");
        assertThat(urls(trigger, tagged("https://ex.org/2", "https://t.me/c/123/5")))
                .containsExactly("https://t.me/c/123/5");
        assertThat(decide(trigger, tagged("https://t.me/+AbC", "https://t.me/durov")))
                .isEqualTo(StageOutcome.skipped("telegram"));
    }

    @Test
    void a_link_whose_page_is_in_the_cache_costs_no_budget() {
        CrawlTrigger trigger = trigger(1, 1);
        REDIS.commands().set(PageCache.key(WebAddress.of("https://ex.org/known").orElseThrow()), "{}");

        assertThat(urls(trigger, tagged("https://ex.org/known#part"))).containsExactly("https://ex.org/known#part");
        assertThat(REDIS.commands().keys("crawl:budget:*")).isEmpty();
        assertThat(urls(trigger, tagged("https://ex.org/1", "https://ex.org/known")))
                .hasSize(2);
        assertThat(urls(trigger, tagged("https://ex.org/2", "https://ex.org/known")))
                .as("the tenant's budget is exhausted")
                .containsExactly("https://ex.org/known");
    }

    @Test
    void budgets_hold_over_two_processes() throws Exception {
        List<PostTagged> posts = IntStream.range(0, 60)
                .mapToObj(i -> tagged("https://" + (i % 2 == 0 ? "even" : "odd") + ".org/" + i))
                .toList();
        ExecutorService processes = Executors.newFixedThreadPool(2);
        List<Callable<List<Recorded>>> work = List.of(
                () -> each(trigger(25, 10), posts.subList(0, 30)), () -> each(trigger(25, 10), posts.subList(30, 60)));

        List<Recorded> answers = new ArrayList<>();
        for (Future<List<Recorded>> half : processes.invokeAll(work)) {
            answers.addAll(half.get());
        }
        processes.shutdown();

        List<String> granted = answers.stream()
                .filter(PostCrawl.class::isInstance)
                .flatMap(answer -> ((PostCrawl) answer).urls().stream())
                .toList();
        assertThat(granted).hasSize(20);
        assertThat(granted).filteredOn(url -> url.contains("even")).hasSize(10);
        assertThat(urls(trigger(21, 10), tagged("https://third.org/"))).hasSize(1);
        assertThat(decide(trigger(21, 10), tagged("https://fourth.org/")))
                .isEqualTo(StageOutcome.skipped("budget_tenant"));
    }

    private static List<Recorded> each(CrawlTrigger trigger, List<PostTagged> posts) {
        return posts.stream().map(post -> decide(trigger, post)).toList();
    }

    @Test
    void a_users_own_tags_trigger_in_any_form_of_their_words_and_only_for_that_user() {
        settings(1, "{\"crawl_trigger_tags\": [\"шахматная партия\", 5, null]}");
        CrawlTrigger trigger = trigger(10, 10);

        assertThat(urls(trigger, taggedFor("1", "шахматных партий", "https://ex.org/1")))
                .containsExactly("https://ex.org/1");
        assertThat(decide(trigger, taggedFor("2", "шахматных партий", "https://ex.org/2")))
                .isEqualTo(StageOutcome.skipped("no_trigger_tag"));
        assertThat(decide(trigger, taggedFor("1", "партия", "https://ex.org/3")))
                .isEqualTo(StageOutcome.skipped("no_trigger_tag"));
    }

    @Test
    void a_users_own_limit_counts_the_posts_of_that_user_that_are_fetched() {
        settings(1, "{\"crawl_posts_per_day\": 1}");
        CrawlTrigger trigger = trigger(10, 1);
        PostTagged first = taggedFor("1", "ai", "https://ex.org/1");

        assertThat(urls(trigger, first)).isNotEmpty();
        assertThat(urls(trigger, first)).as("delivered again").isNotEmpty();
        assertThat(decide(trigger, taggedFor("1", "ai", "https://other.org/1")))
                .isEqualTo(StageOutcome.skipped("budget_user"));
        assertThat(urls(trigger, taggedFor("2", "ai", "https://other.org/2"))).isNotEmpty();

        settings(1, "{\"crawl_posts_per_day\": 2}");
        assertThat(decide(trigger, taggedFor("1", "ai", "https://ex.org/2")))
                .as("costs the user nothing")
                .isEqualTo(StageOutcome.skipped("budget_domain"));
        assertThat(urls(trigger, taggedFor("1", "ai", "https://third.org/1"))).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"1\"", "-1", "1e30", "[]", "null", "true"})
    void a_limit_that_is_no_number_of_posts_is_none(String value) {
        settings(1, "{\"crawl_posts_per_day\": " + value + ", \"crawl_trigger_tags\": {\"a\": 1}}");

        assertThat(urls(trigger(10, 10), taggedFor("1", "ai", "https://ex.org/1")))
                .isNotEmpty();
    }

    @Test
    void a_limit_of_zero_fetches_nothing() {
        settings(1, "{\"crawl_posts_per_day\": 0}");

        assertThat(decide(trigger(10, 10), taggedFor("1", "ai", "https://ex.org/1")))
                .isEqualTo(StageOutcome.skipped("budget_user"));
    }

    private static void settings(long user, String json) {
        DATABASE.jdbc()
                .sql("UPDATE users SET settings = ?::jsonb WHERE id = ?")
                .params(json, user)
                .update();
    }

    private static Recorded decide(CrawlTrigger trigger, PostTagged event) {
        return Answers.only(trigger.decide(List.of(event)));
    }

    private static List<String> urls(CrawlTrigger trigger, PostTagged event) {
        return ((PostCrawl) decide(trigger, event)).urls();
    }

    private final CountingDatabase database = new CountingDatabase(DATABASE.dataSource());

    private CrawlTrigger trigger(int tenantPerDay, int domainPerHour) {
        var policy = new EnrichmentPolicy(List.of("ai"), new EnrichmentPolicy.Budget(tenantPerDay, domainPerHour), 5);
        var budget = new CrawlBudget(redis, policy, Clock.systemUTC());
        return new CrawlTrigger(
                policy,
                new SearchWords(),
                budget,
                JdbcClient.create(database),
                new SimpleMeterRegistry(),
                Clock.systemUTC());
    }

    private PostTagged tagged(String... urls) {
        return taggedFor("1", "ai", urls);
    }

    private PostTagged taggedFor(String user, String tag, String... urls) {
        UUID post = UUID.randomUUID();
        DATABASE.jdbc()
                .sql(
                        """
                        INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, posted_at)
                        VALUES (?, ?, ?, ?, now())""")
                .params(post, TENANT, CHANNEL, ++message)
                .update();
        return new PostTagged(
                "v1",
                "trace",
                Instant.EPOCH,
                "key",
                post,
                TENANT,
                user,
                CHANNEL,
                List.of(tag),
                "hash",
                List.of(),
                List.of(urls),
                "local",
                null,
                1,
                Trigger.INITIAL,
                1L,
                null,
                null,
                null);
    }

    @Test
    void the_number_of_statements_and_of_calls_of_redis_does_not_grow_with_the_batch() {
        CrawlTrigger trigger = trigger(1_000, 1_000);
        List<PostTagged> batch = IntStream.range(0, 64)
                .mapToObj(i -> tagged("https://ex.org/" + i))
                .toList();
        trigger.decide(batch.subList(0, 1));

        long before = scripts();
        int one = database.count(() -> trigger.decide(batch.subList(0, 1)));
        long scriptsOfOne = scripts() - before;
        int all = database.count(() -> trigger.decide(batch));

        assertThat(one).isPositive();
        assertThat(all).isEqualTo(one);
        assertThat(scriptsOfOne).isEqualTo(1);
        assertThat(scripts() - before - scriptsOfOne).isEqualTo(1);
    }

    private static long scripts() {
        return REDIS.commands()
                .info("commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_eval"))
                .mapToLong(line -> Long.parseLong(line.replaceFirst("[^:]*:calls=(\\d+),.*", "$1")))
                .sum();
    }
}
