package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
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
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import routes.idempotency.RedisIdempotentRepository;
import routes.operations.alerts.Promtool;
import routes.operations.alerts.ScrapedMinutes;

/** The alerts about tagging on scrapes of the whole application in the states that they describe, and in normal work. */
@EnabledIf(value = Promtool.IS_INSTALLED, disabledReason = Promtool.MISSING)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TaggingAlertsIT {
    private static final String BROKEN = "TaggingPipelineBroken";
    private static final String OVERFLOW = "TaggingCacheOverflow";
    private static final String TAGGED = "tagging_processed_total{status=\"success\"}";
    private static final String PERSISTED = "tags_persisted_total{status=\"success\"}";
    private static final int LIMIT = 9_000;

    private ModelPipeline pipeline;
    private RedisIdempotentRepository tagged;
    private int number;
    private ScrapedMinutes scrapes;

    @TempDir
    Path cases;

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
        scrapes = new ScrapedMinutes(cases);
        scrape();
    }

    private void scrape() throws Exception {
        scrapes.add(pipeline.scrape());
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
        await().atMost(Duration.ofSeconds(60)).until(() -> pipeline.get("/health")
                .at("/components/stages/components/tag-persistence/status")
                .asText()
                .equals("PAUSED"));
    }

    /** A stage counts after its transaction. */
    private void awaitCount(String series, double count) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(pipeline.metric(series)).isEqualTo(count));
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
        awaitCount(PERSISTED, before + 5);
        scrape();

        for (String alert : List.of(BROKEN, OVERFLOW, "PostsFailing", "PostsRetrying", "DeadLetters", "ProviderDown")) {
            scrapes.assertSilent(alert);
        }
    }

    @Test
    void the_alert_about_tags_that_are_not_stored_fires_until_they_are_stored() throws Exception {
        tagAndStore(1);
        stage("pauseStage");
        awaitPaused();
        scrape();
        scrapes.assertSilent(BROKEN); // paused, but tags were stored in the last five minutes

        scrapes.pass(10);
        scrape();
        scrape();
        scrapes.assertSilent(BROKEN); // paused, with nothing to do

        double tagged = pipeline.metric(TAGGED);
        double persisted = pipeline.metric(PERSISTED);
        List<UUID> posts = imported(3);
        posts.forEach(post -> pipeline.awaitStatus(post, "success"));
        awaitCount(TAGGED, tagged + 3);
        scrape();
        scrapes.assertHolds(BROKEN, "{status=\"success\"}");
        scrapes.assertSilent(OVERFLOW);

        stage("resumeStage");
        posts.forEach(post -> pipeline.awaitTags(post, "local"));
        awaitCount(PERSISTED, persisted + 3);
        scrape();
        scrapes.assertSilent(BROKEN);
    }

    @Test
    void the_alert_about_the_cache_fires_above_9000_keys_only() throws Exception {
        long keys = tagged.getCacheSize();
        assertThat(keys).isLessThan(LIMIT);
        for (long i = keys; i < LIMIT; i++) {
            tagged.confirm("filling-" + i);
        }
        scrape();
        assertThat(tagged.getCacheSize()).isEqualTo(LIMIT);
        scrapes.assertSilent(OVERFLOW);

        tagged.confirm("one-more");
        scrape();
        assertThat(tagged.getCacheSize()).isEqualTo(LIMIT + 1);
        scrapes.assertHolds(OVERFLOW, "{}");

        tagged.forgetAll();
        scrape();
        scrapes.assertSilent(OVERFLOW);
    }
}
