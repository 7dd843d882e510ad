package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.camel.CamelContext;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.embedded.PreparedData;
import routes.embedded.RedisService;
import routes.events.StreamCatalog;
import routes.ingest.ExportGenerator;
import routes.ingest.ImportProgress;
import routes.ingest.ImportService;
import routes.operations.PipelineCounts;
import routes.operations.RunOptions;
import routes.redis.StreamAdmin;
import routes.redis.StreamAdmin.GroupState;
import routes.schedule.Jobs;
import routes.vectorindex.VectorIndex;

/**
 * The whole application while somebody else takes away what Redis holds: every post still ends final and searchable. And the other
 * way round: what Redis has got is not published again.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisLossIT {
    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final Duration RECONCILE_AFTER = Duration.ofSeconds(1);
    private static final int FEW = 25;

    /** The streams between the stages of a post, and who reads them on its way. */
    private static final Map<String, List<String>> PIPELINE = Map.of(
            "posts.parsed", List.of("post_persist_workers", "tagging_workers"),
            "posts.tagged", List.of("tag_persist_workers", "crawl_trigger_workers", "enrich_workers"),
            "posts.enriched", List.of("indexing_workers"));

    private final StreamCatalog catalog = new StreamCatalog();
    private Path export;
    private ConfigurableApplicationContext application;
    private RedisClient client;
    private RedisCommands<String, String> redis;
    private int imported;

    @BeforeAll
    void start(@TempDir Path folder) throws InterruptedException {
        export = folder.resolve("result.json");
        application = CommandLine.open(RunOptions.parse(
                "--data.dir=" + PreparedData.in(folder.resolve("data")),
                "--api.port=0",
                "--management.port=0",
                "--outbox.poll-interval=20",
                "--schedule.start-delay=1s",
                "--reconcile.after=" + RECONCILE_AFTER.toSeconds() + "s"));
        client = RedisClient.create(application.getBean(RedisService.class).uri());
        redis = client.connect().sync();
    }

    @AfterAll
    void stop() {
        client.shutdown();
        application.close();
    }

    @Test
    void redis_emptied_again_and_again_during_an_import_loses_no_post() throws IOException {
        UUID id = importMore(900);
        for (int share = 1; share <= 3; share++) {
            int enough = imported - 900 + share * 150;
            eventually().until(() -> count("indexing_status = 'indexed'") >= enough);
            redis.flushall();
            redis.scriptFlush();
        }

        assertAllFinalAndSearchable();
        assertThat(imports().find(id).orElseThrow().status()).isEqualTo(ImportProgress.Status.DONE);
        assertThat(reconciled()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ingest",
                "post-persistence",
                "tagging",
                "tag-persistence",
                "crawl-trigger",
                "enrichment",
                "indexing"
            })
    void redis_emptied_before_a_stage_loses_no_post(String stage) throws Exception {
        camel().getRouteController().suspendRoute(stage);
        awaitImport(importMore(FEW));
        eventually().until(() -> waitsOnlyFor(stage));

        redis.flushall();
        camel().getRouteController().resumeRoute(stage);

        assertAllFinalAndSearchable();
    }

    @Test
    void a_stream_lost_alone_is_made_again_although_its_posts_are_marked_as_tagged() throws Exception {
        for (String stage : List.of("tag-persistence", "enrichment", "crawl-trigger")) {
            camel().getRouteController().suspendRoute(stage);
        }
        awaitImport(importMore(FEW));
        eventually().until(() -> count("tagging_status = 'pending'") == 0 && settled("posts.parsed"));
        assertThat(redis.keys("tagging:processed:*")).hasSizeGreaterThanOrEqualTo(FEW);
        double before = reconciled();

        redis.del(catalog.key("posts.tagged"));
        for (String stage : List.of("tag-persistence", "enrichment", "crawl-trigger")) {
            camel().getRouteController().resumeRoute(stage);
        }

        assertAllFinalAndSearchable();
        assertThat(reconciled() - before).isGreaterThanOrEqualTo(FEW);
    }

    @Test
    void stored_tags_whose_event_was_lost_before_enrichment_go_on_without_being_made_again() throws Exception {
        camel().getRouteController().suspendRoute("enrichment");
        awaitImport(importMore(FEW));
        eventually().until(() -> waitsOnlyFor("enrichment"));
        String attempts = "SELECT sum(tagging_attempts) FROM posts";
        long before = number(attempts);

        redis.flushall();
        camel().getRouteController().resumeRoute("enrichment");

        assertAllFinalAndSearchable();
        assertThat(number(attempts)).isEqualTo(before);
    }

    @Test
    void posts_that_wait_for_a_stage_that_stands_still_and_final_ones_are_not_published_again() throws Exception {
        assertAllFinalAndSearchable();
        camel().getRouteController().suspendRoute("indexing");
        awaitImport(importMore(FEW));
        eventually().until(() -> waitsOnlyFor("indexing"));
        double before = reconciled();

        await().during(RECONCILE_AFTER.multipliedBy(4))
                .atMost(Duration.ofSeconds(60))
                .until(() -> reconciled() == before);

        camel().getRouteController().resumeRoute("indexing");
        assertAllFinalAndSearchable();
        assertThat(reconciled()).isEqualTo(before);
    }

    @Test
    void a_dead_letter_is_an_end_as_long_as_it_is_there() throws Exception {
        assertAllFinalAndSearchable();
        camel().getRouteController().suspendRoute("indexing");
        awaitImport(importMore(1));
        eventually().until(() -> waitsOnlyFor("indexing"));
        String key = catalog.key("posts.enriched");
        Map<String, String> dead =
                new TreeMap<>(redis.xrevrange(key, Range.unbounded()).get(0).getBody());
        dead.put("dlq_group", "indexing_workers");
        redis.xadd(key + ":dlq", dead);
        redis.del(key);
        camel().getRouteController().resumeRoute("indexing");
        double before = reconciled();

        await().during(RECONCILE_AFTER.multipliedBy(3))
                .atMost(Duration.ofSeconds(60))
                .until(() -> reconciled() == before);

        redis.del(key + ":dlq");
        assertAllFinalAndSearchable();
        assertThat(reconciled() - before).isOne();
    }

    /** The database refuses to note what was published: the same as a crash in between, again and again. */
    @Test
    void what_was_published_but_not_marked_is_not_published_again() throws Exception {
        assertAllFinalAndSearchable();
        String key = catalog.key("posts.parsed");
        long before = redis.xlen(key);
        // at the end of the transaction, when the rows are published
        execute(
                """
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
                CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON outbox DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION refuse()""");
        try {
            awaitImport(importMore(FEW));
            eventually().until(() -> redis.xlen(key) == before + FEW);
            await().during(Duration.ofSeconds(2))
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> redis.xlen(key) == before + FEW);
            assertThat(number("SELECT count(*) FROM outbox WHERE published_at IS NULL"))
                    .isEqualTo(FEW);
        } finally {
            execute("DROP TRIGGER refuse ON outbox; DROP FUNCTION refuse()");
        }

        assertAllFinalAndSearchable();
        assertThat(redis.xlen(key)).isEqualTo(before + FEW);
    }

    @Test
    void groups_that_no_stage_here_serves_are_there_again_with_the_next_trimming() {
        redis.flushall();

        assertThat(application.getBean(Jobs.class).runNow("stream-trim")).isEqualTo(Jobs.Outcome.SUCCESS);

        var inspector = application.getBean(StreamAdmin.class);
        catalog.streams().forEach(stream -> assertThat(inspector.groups(stream.key()))
                .extracting(GroupState::group)
                .containsAll(stream.groups()));
        assertThat(redis.exists(catalog.names().toArray(String[]::new)))
                .as("keys of the prior system are not touched")
                .isZero();
    }

    private UUID importMore(int posts) throws IOException {
        imported += posts;
        ExportGenerator.write(export, imported, 80);
        return imports().submit(1, TENANT, export);
    }

    private void awaitImport(UUID id) {
        eventually().until(() -> imports().find(id).orElseThrow().isOver());
        assertThat(imports().find(id).orElseThrow().status()).isEqualTo(ImportProgress.Status.DONE);
    }

    private void assertAllFinalAndSearchable() {
        eventually().untilAsserted(() -> {
            PipelineCounts.Counts counts =
                    application.getBean(PipelineCounts.class).counts();
            assertThat(counts.parsed()).isEqualTo(imported);
            assertThat(counts.tagged() + counts.taggingSkipped()).isEqualTo(imported);
            assertThat(counts.indexed()).isEqualTo(imported);
            assertThat(
                            number(
                                    """
                            SELECT count(*) FROM posts p JOIN post_enrichment t ON t.post_id = p.id AND t.kind = 'tags'
                            WHERE t.metadata ->> 'occurred_at' = p.index_state ->> 'occurred_at'"""))
                    .as("with stored tags that are those of the index")
                    .isEqualTo(imported);
        });
        var index = application.getBean(VectorIndex.class);
        assertThat(application
                        .getBean(JdbcClient.class)
                        .sql("SELECT id FROM posts")
                        .query(UUID.class)
                        .list())
                .allSatisfy(id -> assertThat(index.find(TENANT, id)).isPresent());
        eventually().until(() -> PIPELINE.keySet().stream().allMatch(this::settled));
    }

    /** Nothing is left to do but what this stage would do. */
    private boolean waitsOnlyFor(String stage) {
        if (stage.equals("ingest")) {
            return number("SELECT count(*) FROM outbox WHERE published_at IS NULL") >= FEW;
        }
        String paused =
                switch (stage) {
                    case "post-persistence" -> "post_persist_workers";
                    case "tagging" -> "tagging_workers";
                    case "tag-persistence" -> "tag_persist_workers";
                    case "crawl-trigger" -> "crawl_trigger_workers";
                    case "enrichment" -> "enrich_workers";
                    default -> "indexing_workers";
                };
        return number("SELECT count(*) FROM outbox WHERE published_at IS NULL") == 0
                && PIPELINE.keySet().stream()
                        .flatMap(stream -> groups(stream).stream())
                        .allMatch(group -> group.group().equals(paused)
                                ? group.lag() + group.pending() > 0
                                : group.lag() + group.pending() == 0);
    }

    private boolean settled(String stream) {
        return groups(stream).stream().allMatch(group -> group.lag() + group.pending() == 0);
    }

    private List<GroupState> groups(String stream) {
        return application.getBean(StreamAdmin.class).groups(catalog.key(stream)).stream()
                .filter(group -> PIPELINE.get(stream).contains(group.group()))
                .toList();
    }

    private static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(100));
    }

    private ImportService imports() {
        return application.getBean(ImportService.class);
    }

    private CamelContext camel() {
        return application.getBean(CamelContext.class);
    }

    private double reconciled() {
        return application
                .getBean(MeterRegistry.class)
                .get("posts.reconciled")
                .counter()
                .count();
    }

    private void execute(String sql) {
        application.getBean(JdbcClient.class).sql(sql).update();
    }

    private long count(String condition) {
        return number("SELECT count(*) FROM posts WHERE " + condition);
    }

    private long number(String sql) {
        return application.getBean(JdbcClient.class).sql(sql).query(Long.class).single();
    }
}
