package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.embedded.PreparedData;
import routes.embedded.RedisService;
import routes.events.PostIds;
import routes.events.StreamCatalog;
import routes.operations.RunOptions;
import routes.redis.StreamAdmin;
import routes.schedule.Jobs;

/** The whole application beside services of the prior system, which write to the keys that equal the logical names. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LegacyKeysIT {
    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final String PARSED = "posts.parsed";
    private static final int KEPT = 5;

    private final StreamCatalog catalog = new StreamCatalog();
    private ConfigurableApplicationContext application;
    private RedisClient client;
    private RedisCommands<String, String> redis;

    @BeforeAll
    void start(@TempDir Path data) {
        application = CommandLine.open(RunOptions.parse(
                "--data.dir=" + PreparedData.in(data),
                "--api.port=0",
                "--management.port=0",
                "--schedule.start-delay=1h",
                "--legacy.redis-consumer-enabled=true",
                "--redis.stream.maxlen=" + KEPT));
        client = RedisClient.create(application.getBean(RedisService.class).uri());
        redis = client.connect().sync();
    }

    @AfterAll
    void stop() {
        client.shutdown();
        application.close();
    }

    @Test
    void a_flat_entry_of_the_prior_system_becomes_an_indexed_post_and_is_settled_where_it_came_from() {
        redis.xadd(PARSED, flatPost(1));

        eventually().until(() -> indexed(1));
        eventually().until(() -> settled(PARSED));
        assertThat(redis.xlen(catalog.key("posts.tagged"))).isPositive();
        assertThat(redis.exists("posts.tagged")).as("its group is there").isOne();
        assertThat(redis.xlen("posts.tagged")).as("nothing is published there").isZero();
    }

    @Test
    void an_entry_that_cannot_be_read_becomes_a_dead_letter_of_its_key_and_is_counted() {
        redis.xadd(PARSED, Map.of("rubbish", "x"));

        // one for each group
        eventually().until(() -> redis.xlen(PARSED + ":dlq") == 2);
        assertThat(redis.xrange(PARSED + ":dlq", Range.unbounded())).allSatisfy(dead -> assertThat(dead.getBody())
                .containsEntry("rubbish", "x")
                .containsEntry("dlq_original_stream", PARSED));
        assertThat(redis.exists(catalog.key(PARSED) + ":dlq")).isZero();
        eventually()
                .until(() -> application
                                .getBean(MeterRegistry.class)
                                .get("stream.dead.letters")
                                .tag("stream", PARSED)
                                .gauge()
                                .value()
                        == 2);
    }

    @Test
    void the_trim_job_keeps_these_keys_short_too() {
        for (int message = 100; message < 130; message++) {
            redis.xadd(PARSED, flatPost(message));
        }
        // they overtake each other on their way
        eventually().until(() -> IntStream.range(100, 130).allMatch(this::indexed));
        eventually().until(() -> redis.xlen(catalog.key("posts.indexed")) >= 30);
        eventually()
                .until(() -> settled(PARSED)
                        && settled(catalog.key("posts.tagged"))
                        && settled(catalog.key("posts.enriched")));

        assertThat(application.getBean(Jobs.class).runNow("stream-trim")).isEqualTo(Jobs.Outcome.SUCCESS);

        assertThat(redis.xlen(PARSED)).isEqualTo(KEPT);
        assertThat(redis.xlen(catalog.key("posts.tagged"))).isEqualTo(KEPT);
        assertThat(redis.xlen(catalog.key("posts.indexed")))
                .as("no stage uses trend_workers, so it keeps nothing")
                .isEqualTo(KEPT);
    }

    private boolean indexed(int message) {
        return application
                .getBean(JdbcClient.class)
                .sql("SELECT count(*) = 1 FROM posts WHERE id = ? AND indexing_status = 'indexed' AND"
                        + " tagging_status = 'success'")
                .param(PostIds.of(TENANT, 1987654321L, message))
                .query(Boolean.class)
                .single();
    }

    private boolean settled(String key) {
        return application.getBean(StreamAdmin.class).groups(key).stream()
                .allMatch(group -> group.lag() + group.pending() == 0);
    }

    private static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(100));
    }

    private static Map<String, String> flatPost(int message) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("schema_version", "v1");
        fields.put("trace_id", "t1:c1:" + message);
        fields.put("occurred_at", "2026-11-01T10:00:01.250000+00:00");
        fields.put("idempotency_key", "t1:c1:" + message);
        fields.put("user_id", "139883458");
        fields.put("tenant_id", TENANT.toString());
        fields.put("channel_id", "11111111-1111-4111-8111-111111111111");
        fields.put("post_id", PostIds.of(TENANT, 1987654321L, message).toString());
        fields.put("text", "Вышел новый релиз языка Python, выпуск " + message);
        fields.put("urls", "[]");
        fields.put("posted_at", "2026-11-01 13:00:00+03:00");
        fields.put("media_sha256_list", "[]");
        fields.put("link_count", "0");
        fields.put("tg_message_id", Integer.toString(message));
        fields.put("tg_channel_id", "-1001987654321");
        fields.put("has_media", "False");
        fields.put("is_edited", "False");
        return fields;
    }
}
