package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import routes.idempotency.RedisIdempotentRepository;
import routes.operations.alerts.AlertRules;
import routes.operations.alerts.Labels;
import routes.operations.alerts.Scrapes;

/** The alerts about tagging on scrapes of the whole application in the states that they describe, and in normal work. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TaggingAlertsIT {
    private static final String BROKEN = "TaggingPipelineBroken";
    private static final String OVERFLOW = "TaggingCacheOverflow";
    private static final String PERSISTED = "tags_persisted_total{status=\"success\"}";
    private static final int LIMIT = 9_000;

    private ModelPipeline pipeline;
    private RedisIdempotentRepository tagged;
    private int number;
    private Scrapes scrapes;
    private Instant now;

    @BeforeAll
    void open(@TempDir Path folder) {
        pipeline = new ModelPipeline(folder, "--tagging.providers=local");
        tagged = pipeline.application.getBean("taggingIdempotency", RedisIdempotentRepository.class);
    }

    @AfterAll
    void close() {
        pipeline.close();
    }

    @BeforeEach
    void scrapeBefore() throws Exception {
        scrapes = new Scrapes();
        now = Instant.parse("2026-01-01T00:00:00Z");
        scrape();
    }

    /** As if a minute had passed: Prometheus takes the time of a scrape, which the scrape does not tell. */
    private void scrape() throws Exception {
        now = now.plus(Duration.ofMinutes(1));
        scrapes.add(now, pipeline.scrape());
    }

    @AfterEach
    void storeAgain() throws Exception {
        stage("resumeStage");
    }

    private List<UUID> imported(int posts) throws Exception {
        return pipeline.imported(IntStream.range(0, posts)
                .mapToObj(i -> "Телескоп номер " + ++number + " наблюдает далёкую галактику")
                .toArray(String[]::new));
    }

    private List<Labels> firing(String alert) throws Exception {
        return List.copyOf(AlertRules.named(alert).holdsFor(scrapes, now));
    }

    private Object stage(String operation) throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        String context = pipeline.application.getBean(CamelContext.class).getManagementName();
        ObjectName replay = server.queryNames(
                        new ObjectName("org.apache.camel:name=StreamReplay,context=" + context + ",*"), null)
                .iterator()
                .next();
        return server.invoke(
                replay, operation, new Object[] {"tag-persistence"}, new String[] {String.class.getName()});
    }

    private void awaitPaused() {
        await().atMost(Duration.ofSeconds(30)).until(() -> pipeline.get("/health")
                .at("/components/stages/components/tag-persistence/status")
                .asText()
                .equals("PAUSED"));
    }

    private void tagAndStore(int posts) throws Exception {
        for (UUID post : imported(posts)) {
            pipeline.awaitStatus(post, "success");
            pipeline.awaitTags(post, "local");
        }
    }

    @Test
    void in_normal_work_no_alert_about_tagging_fires() throws Exception {
        double before = pipeline.metric(PERSISTED);
        tagAndStore(5);
        await().untilAsserted(() -> assertThat(pipeline.metric(PERSISTED)).isEqualTo(before + 5));
        scrape();

        for (String alert : List.of(BROKEN, OVERFLOW, "PostsFailing", "PostsRetrying", "DeadLetters", "ProviderDown")) {
            assertThat(firing(alert)).as(alert).isEmpty();
        }
    }

    @Test
    void tags_that_are_made_and_not_stored_are_told_and_no_more_when_they_are_stored() throws Exception {
        tagAndStore(1);
        stage("pauseStage");
        awaitPaused();
        scrape();
        assertThat(firing(BROKEN))
                .as("paused, but tags were stored in the last five minutes")
                .isEmpty();

        now = now.plus(Duration.ofMinutes(10));
        scrape();
        scrape();
        assertThat(firing(BROKEN)).as("paused, with nothing to do").isEmpty();

        List<UUID> posts = imported(3);
        posts.forEach(post -> pipeline.awaitStatus(post, "success"));
        scrape();
        assertThat(firing(BROKEN)).singleElement().satisfies(labels -> assertThat(labels.get("status"))
                .isEqualTo("success"));
        assertThat(firing(OVERFLOW)).isEmpty();

        stage("resumeStage");
        posts.forEach(post -> pipeline.awaitTags(post, "local"));
        scrape();
        assertThat(firing(BROKEN)).as("stored").isEmpty();
    }

    @Test
    void a_cache_of_more_than_9000_keys_is_told_and_no_fewer() throws Exception {
        long keys = tagged.getCacheSize();
        assertThat(keys).isLessThan(LIMIT);
        for (long i = keys; i < LIMIT; i++) {
            tagged.confirm("filling-" + i);
        }
        scrape();
        assertThat(tagged.getCacheSize()).isEqualTo(LIMIT);
        assertThat(firing(OVERFLOW)).isEmpty();

        tagged.confirm("one-more");
        scrape();
        assertThat(tagged.getCacheSize()).isEqualTo(LIMIT + 1);
        assertThat(firing(OVERFLOW)).hasSize(1);

        tagged.forgetAll();
        scrape();
        assertThat(firing(OVERFLOW)).isEmpty();
    }
}
