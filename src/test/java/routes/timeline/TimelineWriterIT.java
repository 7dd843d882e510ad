package routes.timeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import routes.events.StorableText;
import routes.redisstreams.Outcome;
import routes.testing.EmbeddedDatabase;

class TimelineWriterIT {
    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");

    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final JdbcClient jdbc = DATABASE.jdbc();
    private final TimelineTable table =
            new TimelineTable(DATABASE.dataSource(), new JdbcTransactionManager(DATABASE.dataSource()));
    private UUID post;

    @BeforeEach
    void aPost() {
        jdbc.sql("TRUNCATE post_timeline, posts, channels CASCADE").update();
        post = UUID.randomUUID();
        UUID channel = UUID.randomUUID();
        jdbc.sql("INSERT INTO channels (id) VALUES (?)").param(channel).update();
        jdbc.sql(
                        """
                        INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, posted_at, content, created_at)
                        VALUES (?, ?, ?, 1, now(), 'текст', now() - interval '1 hour')""")
                .params(post, TENANT, channel)
                .update();
    }

    @Test
    void records_are_written_within_a_moment_and_read_in_the_order_of_time() {
        var buffer = buffer(1_000);
        try (var writer = writer(buffer, table)) {
            Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
            TimelineRecord later = record("indexing", "done", now, "2-0");
            TimelineRecord earlier = record("tagging", "retrying", now.minusMillis(5), "1-0");
            buffer.add(List.of(later, earlier));

            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(
                            () -> assertThat(table.read(post, 10)).hasSize(3).satisfies(records -> {
                                assertThat(records.get(0).stage()).isEqualTo("ingest");
                                assertThat(List.copyOf(records.subList(1, 3))).isEqualTo(List.of(earlier, later));
                            }));
            assertThat(table.read(post, 2)).as("the latest").containsExactly(earlier, later);
            assertThat(table.read(UUID.randomUUID(), 10)).isEmpty();
        }
    }

    @Test
    void what_is_left_is_written_at_the_end_in_batches() {
        var buffer = buffer(10_000);
        TimelineWriter writer = writer(buffer, table);
        buffer.add(records(3 * TimelineWriter.BATCH + 1));
        writer.close();

        assertThat(rows()).isEqualTo(3 * TimelineWriter.BATCH + 1);
        assertThat(count("written")).isEqualTo(3 * TimelineWriter.BATCH + 1);
    }

    @Test
    void while_the_database_is_away_records_wait_up_to_the_bound_and_the_rest_is_counted_and_nobody_waits() {
        var config = new HikariConfig();
        config.setJdbcUrl("jdbc:postgresql://127.0.0.1:1/none");
        config.setInitializationFailTimeout(-1);
        config.setConnectionTimeout(250);
        var buffer = buffer(1_000);
        List<TimelineRecord> records = records(4_000);
        try (var away = new HikariDataSource(config);
                var writer = writer(buffer, new TimelineTable(away, new JdbcTransactionManager(away)))) {
            long started = System.nanoTime();
            buffer.add(records);
            assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(20));
            // one batch may be in the writer's hand
            assertThat(count("dropped")).isBetween(3_000.0 - TimelineWriter.BATCH, 3_000.0);
        }
        var back = writer(buffer, table);
        back.close();
        assertThat(rows()).isBetween(1_000L - TimelineWriter.BATCH, 1_000L);
    }

    @Test
    void only_the_records_that_the_database_refuses_are_dropped() {
        var buffer = buffer(1_000);
        buffer.add(records(TimelineWriter.BATCH - 1));
        buffer.add(List.of(record("tagging", "an outcome of many letters", Instant.now(), "1-0")));
        buffer.add(records(3));
        writer(buffer, table).close();

        assertThat(rows()).isEqualTo(TimelineWriter.BATCH + 2);
        assertThat(count("dropped")).isEqualTo(1);
        assertThat(count("written")).isEqualTo(TimelineWriter.BATCH + 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tr\0ace", "\uD83D", "\uDE80 half"})
    void texts_that_no_database_takes_are_cleaned_whatever_the_column(String odd) {
        var buffer = buffer(1_000);
        buffer.add(List.of(
                new TimelineRecord(post, "tagging", "done", odd, odd, odd, odd, 1, 0L, odd, Instant.now(), 12, odd)));
        writer(buffer, table).close();

        assertThat(count("dropped")).isZero();
        assertThat(table.read(post, 10)).last().satisfies(record -> {
            assertThat(record.entryId()).isEqualTo(StorableText.of(odd));
            assertThat(record.traceId()).isEqualTo(StorableText.of(odd)).doesNotContain("\0");
        });
    }

    @Test
    void an_entry_that_is_lost_is_in_the_timeline_of_the_post_that_an_earlier_delivery_named() {
        table.insert(List.of(record("tagging", "retrying", Instant.now().minusSeconds(9), "1-7")));

        table.insert(List.of(
                StageTimeline.unprocessed("tagging", "1-7", Map.of(), Outcome.LOST_ENTRY, Instant.now()),
                StageTimeline.unprocessed("tagging", "9-9", Map.of(), Outcome.LOST_ENTRY, Instant.now())));

        assertThat(table.read(post, 10)).last().satisfies(lost -> {
            assertThat(lost.outcome()).isEqualTo("lost");
            assertThat(lost.stage()).isEqualTo("tagging");
            assertThat(lost.entryId()).isEqualTo("1-7");
            assertThat(lost.traceId()).isEqualTo("trace");
        });
        assertThat(rows()).as("whose 9-9 was nobody knows").isEqualTo(2);
    }

    @Test
    void an_entry_that_was_given_up_without_being_processed_names_its_post_itself() {
        table.insert(List.of(StageTimeline.unprocessed(
                "tagging",
                "1-7",
                Map.of("data", "{\"post_id\":\"" + post + "\"}", "trace_id", "t"),
                Outcome.DEAD_LETTERED,
                Instant.now())));

        assertThat(table.read(post, 10)).last().satisfies(record -> {
            assertThat(record.outcome()).isEqualTo("dead_lettered");
            assertThat(record.reason()).contains("process crashed");
        });
    }

    @Test
    void edits_and_the_deletion_of_a_post_are_in_its_timeline() {
        jdbc.sql(
                        """
                        INSERT INTO post_edits (post_id, content_version, content, replaced_at)
                        VALUES (?, 0, 'а', now() - interval '30 min'), (?, 100, 'б', now() - interval '20 min')""")
                .params(post, post)
                .update();
        jdbc.sql(
                        """
                        UPDATE posts SET content_version = 200, is_deleted = true, deletion_reason = 'user', deleted_at = now()
                        WHERE id = ?""")
                .param(post)
                .update();

        assertThat(table.read(post, 10))
                .extracting(record -> record.reason() + " " + record.contentVersion() + " " + record.trigger())
                .containsExactly("stored 0 initial", "edited 100 edit", "edited 200 edit", "deleted: user null null");
    }

    @Test
    void old_records_are_removed_by_a_bounded_step() {
        Instant now = Instant.now();
        table.insert(List.of(
                record("tagging", "done", now.minus(Duration.ofDays(40)), "1-0"),
                record("indexing", "done", now.minus(Duration.ofDays(35)), "2-0"),
                record("tagging", "done", now, "3-0")));

        assertThat(table.prune(now.minus(Duration.ofDays(30)), 1)).isEqualTo(1);
        assertThat(table.prune(now.minus(Duration.ofDays(30)), 10)).isEqualTo(1);
        assertThat(table.prune(now.minus(Duration.ofDays(30)), 10)).isZero();
        assertThat(rows()).isEqualTo(1);
    }

    private TimelineBuffer buffer(int capacity) {
        return new TimelineBuffer(properties(capacity), metrics);
    }

    private static TimelineProperties properties(int buffer) {
        return new TimelineProperties(true, 30, buffer);
    }

    private static TimelineWriter writer(TimelineBuffer buffer, TimelineTable table) {
        var writer = new TimelineWriter(buffer, table, properties(1_000), Clock.systemUTC());
        writer.start();
        return writer;
    }

    private List<TimelineRecord> records(int number) {
        return IntStream.range(0, number)
                .mapToObj(i -> record("tagging", "done", Instant.now(), i + "-0"))
                .toList();
    }

    private TimelineRecord record(String stage, String outcome, Instant startedAt, String entryId) {
        return new TimelineRecord(
                post, stage, outcome, "reason", "local", null, entryId, 1, 0L, "initial", startedAt, 12, "trace");
    }

    private long rows() {
        return jdbc.sql("SELECT count(*) FROM post_timeline").query(Long.class).single();
    }

    private double count(String outcome) {
        return metrics.counter("timeline.records", "outcome", outcome).count();
    }
}
