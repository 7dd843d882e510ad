package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.Consumer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import routes.embedded.RedisService;
import routes.events.StreamCatalog;
import routes.operations.alerts.Promtool;
import routes.operations.alerts.ScrapedMinutes;
import routes.posts.DeletionReason;
import routes.posts.PostRemoval;
import routes.reconcile.Reconciler;
import routes.redis.StreamAdmin;
import routes.redis.StreamGroup;
import routes.schedule.Jobs;

/**
 * The cause of an alert is brought about in the whole application; promtool evaluates the alert on what the application then shows. Without
 * the cause none of them holds. Those about tagging and its providers are in {@link TaggingAlertsIT} and {@link ProviderAlertsIT}.
 */
@EnabledIf(value = Promtool.IS_INSTALLED, disabledReason = Promtool.MISSING)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AlertsIT {
    private static final StreamCatalog CATALOG = new StreamCatalog();

    private ModelPipeline pipeline;
    private RedisClient client;
    private RedisCommands<String, String> redis;
    private StreamAdmin streams;
    private ScrapedMinutes scrapes;
    private Path data;
    private int number;

    @TempDir
    Path cases;

    @BeforeAll
    void open(@TempDir Path folder) {
        data = folder.resolve("data");
        pipeline = new ModelPipeline(
                folder,
                "--tagging.providers=local",
                "--schedule.start-delay=10h",
                "--vision.providers=gigachat,local",
                "--vision.ocr-program=-",
                "--vision.daily-tokens-per-tenant=1",
                "--gigachat.api-key=" + ModelPipeline.GIGACHAT_KEY,
                "--llm.timeout=2s");
        client = RedisClient.create(
                pipeline.application.getBean(RedisService.class).uri());
        redis = client.connect().sync();
        streams = pipeline.application.getBean(StreamAdmin.class);
    }

    @AfterAll
    void close() {
        if (client != null) {
            client.shutdown();
        }
        if (pipeline != null) {
            pipeline.close();
        }
    }

    @BeforeEach
    void scrapeBefore() throws Exception {
        scrapes = new ScrapedMinutes(cases);
        scrape();
    }

    private void scrape() throws Exception {
        scrapes.add(pipeline.scrape());
    }

    /** The metrics follow what happened within seconds. */
    private void awaitHolds(String alert) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofSeconds(1))
                .untilAsserted(() -> {
                    scrape();
                    scrapes.assertHolds(alert);
                });
    }

    private CamelContext camel() {
        return pipeline.application.getBean(CamelContext.class);
    }

    private static void waitUntil(String what, Callable<Boolean> condition) {
        await(what).atMost(Duration.ofSeconds(60)).until(condition);
    }

    @Test
    void DeadLetters() throws Exception {
        String key = CATALOG.key("posts.crawl");
        scrapes.assertSilent("DeadLetters");

        redis.xadd(key, Map.of("event", "posts.crawl", "data", "{\"no\":"));

        awaitHolds("DeadLetters");
        redis.del(StreamGroup.deadLetterKey(key));
    }

    @Test
    void ConsumerStuck() throws Exception {
        scrapes.assertSilent("ConsumerStuck");
        var group = new StreamGroup("digests.generate", CATALOG.key("digests.generate"), "digest_workers");
        camel().getRouteController().suspendRoute("digest");
        try {
            String id = redis.xadd(
                    group.key(), new XAddArgs().id("1-1"), Map.of("event", "digests.generate", "data", "{}"));
            // a worker of another process took it in 1970 and keeps it
            redis.set(group.nameLease("elsewhere"), "alive");
            redis.xreadgroup(Consumer.from(group.group(), "elsewhere"), StreamOffset.lastConsumed(group.key()));

            awaitHolds("ConsumerStuck");

            redis.xack(group.key(), group.group(), id);
        } finally {
            redis.del(group.nameLease("elsewhere"));
            camel().getRouteController().resumeRoute("digest");
        }
    }

    @Test
    void ConsumerLag() throws Exception {
        scrapes.assertSilent("ConsumerLag");
        var group = new StreamGroup("album.assembled", CATALOG.key("album.assembled"), "indexing_workers");
        camel().getRouteController().suspendRoute("indexing-albums");
        try {
            redis.eval(
                    "for i = 1, 10500 do redis.call('XADD', KEYS[1], '*', 'event', 'album.assembled', 'data', '{}') end return 1",
                    ScriptOutputType.INTEGER,
                    group.key());

            awaitHolds("ConsumerLag");

            redis.xtrim(group.key(), 0);
        } finally {
            redis.xgroupSetid(StreamOffset.from(group.key(), "$"), group.group());
            camel().getRouteController().resumeRoute("indexing-albums");
        }
    }

    @Test
    void OutboxStuck() throws Exception {
        scrapes.assertSilent("OutboxStuck");
        camel().getRouteController().suspendRoute("ingest");
        try {
            pipeline.jdbc
                    .sql("INSERT INTO outbox (stream, event) VALUES ('trends.emerging', '{}')")
                    .update();

            awaitHolds("OutboxStuck");
        } finally {
            camel().getRouteController().resumeRoute("ingest");
        }
    }

    @Test
    void OutboxQuarantined() throws Exception {
        scrapes.assertSilent("OutboxQuarantined");
        pipeline.jdbc
                .sql("INSERT INTO outbox (stream, event) VALUES ('no.such.stream', '{}')")
                .update();

        awaitHolds("OutboxQuarantined");

        pipeline.jdbc.sql("DELETE FROM outbox_quarantine").update();
    }

    @Test
    void PostsReconciled() throws Exception {
        UUID post = tagged();
        waitUntil("it is indexed", () -> "indexed".equals(pipeline.post(post, "indexing_status")));
        scrapes.assertSilent("PostsReconciled");
        // as if Redis had lost the event
        pipeline.jdbc
                .sql("UPDATE posts SET indexing_status = 'pending' WHERE id = ?")
                .param(post)
                .update();

        pipeline.application.getBean(Reconciler.class).runNow();

        awaitHolds("PostsReconciled");
        waitUntil("it is indexed again", () -> "indexed".equals(pipeline.post(post, "indexing_status")));
    }

    @Test
    void SchedulerSilent() throws Exception {
        scrapes.assertSilent("SchedulerSilent");
        // no job was planned since the start, since this process has no time for it
        scrapes.pass(20);
        scrape();
        scrapes.assertHolds("SchedulerSilent");
    }

    @Test
    void JobFails() throws Exception {
        scrapes.assertSilent("JobFails");
        Jobs jobs = pipeline.application.getBean(Jobs.class);
        for (int i = 0; i < 3; i++) {
            assertThat(jobs.runNow("corpus-snapshot", () -> {
                        throw new IllegalStateException("it cannot be done");
                    }))
                    .isEqualTo(Jobs.Outcome.FAILED);
        }

        awaitHolds("JobFails");
    }

    @Test
    void CleanupFailing() throws Exception {
        scrapes.assertSilent("CleanupFailing");
        UUID post = tagged();
        fails("posts", "UPDATE OF cleaned_at");
        try {
            UUID channel = UUID.fromString(pipeline.post(post, "channel_id"));
            pipeline.application
                    .getBean(PostRemoval.class)
                    .delete(ModelPipeline.TENANT, channel, List.of(post), DeletionReason.USER);

            awaitHolds("CleanupFailing");
        } finally {
            worksAgain("posts");
        }
    }

    @Test
    void TimelineRecordsDropped() throws Exception {
        scrapes.assertSilent("TimelineRecordsDropped");
        fails("post_timeline", "INSERT");
        try {
            tagged();
            awaitHolds("TimelineRecordsDropped");
        } finally {
            worksAgain("post_timeline");
        }
    }

    /** The database refuses the statement, as it refuses values that a constraint forbids. */
    private void fails(String table, String statement) {
        pipeline.jdbc
                .sql(
                        """
                        CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                        $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = 'check_violation'; END $$""")
                .update();
        pipeline.jdbc
                .sql("CREATE TRIGGER refuse BEFORE " + statement + " ON " + table
                        + " FOR EACH ROW EXECUTE FUNCTION refuse()")
                .update();
    }

    private void worksAgain(String table) {
        pipeline.jdbc.sql("DROP TRIGGER refuse ON " + table).update();
    }

    @Test
    void ServiceDown() throws Exception {
        Path unfinished = data.resolve(".unfinished");
        Path away = data.resolve("away");
        waitUntil("every service answers", () -> {
            scrape();
            return pipeline.metric("metrics_backend_up{target=\"object_store\"}") == 1;
        });
        scrapes.assertSilent("ServiceDown");
        Files.move(unfinished, away);
        try {
            awaitHolds("ServiceDown");
        } finally {
            Files.move(away, unfinished);
        }
    }

    @Test
    void VisionBudgetExhausted() throws Exception {
        scrapes.assertSilent("VisionBudgetExhausted");
        Path file = Pictures.write(cases.resolve("picture.jpg"), 1);
        pipeline.importedPhoto(1, ModelPipeline.TENANT, "Снимок", file);
        awaitHolds("VisionBudgetExhausted");
    }

    @Test
    void LiveChannelFailing_and_LiveFloodWait() throws Exception {
        scrapes.assertSilent("LiveChannelFailing");
        scrapes.assertSilent("LiveFloodWait");
        pipeline.jdbc
                .sql(
                        """
                        WITH channel AS (INSERT INTO channels (id, username) VALUES
                            (gen_random_uuid(), 'private'), (gen_random_uuid(), 'flooded') RETURNING id, username)
                        INSERT INTO live_channels (tenant_id, channel_id, history_from, chat_id, error, flood_until)
                        SELECT ?, id, now(), 1, CASE username WHEN 'private' THEN 'CHANNEL_PRIVATE' END,
                            CASE username WHEN 'flooded' THEN now() + interval '1 hour' END
                        FROM channel""")
                .param(ModelPipeline.TENANT)
                .update();
        awaitHolds("LiveChannelFailing");
        awaitHolds("LiveFloodWait");
    }

    private UUID tagged() throws IOException {
        UUID post = pipeline.imported(texts(1)).get(0);
        pipeline.awaitTags(post, "local");
        return post;
    }

    private String[] texts(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "Телескоп номер " + ++number + " наблюдает далёкую галактику")
                .toArray(String[]::new);
    }
}
