package routes.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import routes.configuration.InstanceProperties;
import routes.testing.EmbeddedDatabase;
import routes.testing.EmbeddedRedis;

class JobsIT {
    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    private static final String LOCK = "job:lock:sample";

    private final AtomicInteger runs = new AtomicInteger();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeEach
    void clean() {
        DATABASE.jdbc().sql("DELETE FROM jobs").update();
        REDIS.commands().del(LOCK);
        log.start();
        logger().addAppender(log);
    }

    @AfterEach
    void close() throws Exception {
        logger().detachAppender(log);
        for (AutoCloseable one : opened) {
            one.close();
        }
    }

    @Test
    void two_processes_never_run_a_job_at_the_same_time() throws Exception {
        var running = new CountDownLatch(1);
        var finish = new CountDownLatch(1);
        Jobs first = process("first", job(() -> {
            running.countDown();
            assertThat(finish.await(20, TimeUnit.SECONDS)).isTrue();
        }));
        Jobs second = process("second", job(() -> {}), new SimpleMeterRegistry());
        var held = CompletableFuture.supplyAsync(() -> first.runNow("sample"));
        assertThat(running.await(20, TimeUnit.SECONDS)).isTrue();

        assertThat(REDIS.commands().pttl(LOCK)).isBetween(1L, 60_000L);
        assertThat(second.runNow("sample")).isEqualTo(Jobs.Outcome.SKIPPED);
        assertThat(second.run("sample", "1ms")).isEqualTo(Jobs.Outcome.SKIPPED);

        finish.countDown();
        assertThat(held.join()).isEqualTo(Jobs.Outcome.SUCCESS);
        assertThat(second.runNow("sample")).isEqualTo(Jobs.Outcome.SUCCESS);
        assertThat(REDIS.commands().exists(LOCK)).isZero();
    }

    @Test
    void a_lock_that_a_dead_process_left_ends_by_itself() throws Exception {
        Jobs jobs = process("one", job(() -> {}));
        REDIS.commands().psetex(LOCK, 60_000, "dead");

        assertThat(jobs.runNow("sample")).isEqualTo(Jobs.Outcome.SKIPPED);
        assertThat(REDIS.commands().pexpire(LOCK, 200)).isTrue();
        await().atMost(Duration.ofSeconds(60)).until(() -> jobs.runNow("sample") == Jobs.Outcome.SUCCESS);
        assertThat(runs).hasValue(1);
    }

    @Test
    void the_schedules_of_several_processes_do_the_work_once_a_period_but_anyone_may_ask_for_it() throws Exception {
        Jobs first = process("first", job(() -> {}));
        Jobs second = process("second", job(() -> {}), new SimpleMeterRegistry());

        assertThat(first.run("sample", "10m")).isEqualTo(Jobs.Outcome.SUCCESS);
        assertThat(second.run("sample", "10m")).isEqualTo(Jobs.Outcome.SKIPPED);
        assertThat(runs).hasValue(1);
        assertThat(second.runNow("sample")).isEqualTo(Jobs.Outcome.SUCCESS);

        DATABASE.jdbc()
                .sql("UPDATE jobs SET last_started_at = now() - interval '6 minutes'")
                .update();
        assertThat(second.run("sample", "10m")).isEqualTo(Jobs.Outcome.SUCCESS);
        assertThat(runs).hasValue(3);
    }

    @Test
    void a_database_that_is_away_makes_a_failed_run_and_no_exception() {
        var nowhere = new DriverManagerDataSource("jdbc:postgresql://127.0.0.1:1/none");
        Jobs jobs = process("one", job(() -> {}), metrics, JdbcClient.create(nowhere));

        assertThat(jobs.runAt("sample", "* * * * *")).isEqualTo(Jobs.Outcome.FAILED);
        assertThat(jobs.run("sample", "10m")).isEqualTo(Jobs.Outcome.FAILED);
        assertThat(metrics.get("scheduler.runs")
                        .tags("job", "sample", "outcome", "failed")
                        .counter()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void last_and_next_run_are_seen_in_every_process() throws Exception {
        Jobs first = process("first", job(() -> {}));
        var elsewhere = new SimpleMeterRegistry();
        Jobs second = process("second", job(() -> {}), elsewhere);
        assertThat(gauge(elsewhere, "scheduler.last.run.timestamp")).isZero();

        Instant before = Instant.now();
        first.run("sample", "10m");

        assertThat(state()).satisfies(state -> {
            assertThat(state.instance()).isEqualTo("first");
            assertThat(state.lastOutcome()).isEqualTo("success");
            assertThat(state.lastEndedAt()).isAfterOrEqualTo(state.lastStartedAt());
            assertThat(Duration.between(state.lastStartedAt(), state.nextRunAt()))
                    .isEqualTo(Duration.ofMinutes(10));
        });
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(gauge(elsewhere, "scheduler.last.run.timestamp"))
                    .isBetween(before.toEpochMilli() / 1e3 - 5, before.toEpochMilli() / 1e3 + 20);
            assertThat(gauge(elsewhere, "scheduler.next.run.timestamp"))
                    .isBetween(before.toEpochMilli() / 1e3 + 595, before.toEpochMilli() / 1e3 + 620);
        });

        OffsetDateTime next = state().nextRunAt();
        second.runNow("sample");
        assertThat(state().nextRunAt()).as("on demand leaves the schedule").isEqualTo(next);
    }

    @Test
    void a_job_that_fails_is_told_in_one_line_counted_and_runs_again() throws Exception {
        Jobs jobs = process("one", job(() -> {
            if (runs.get() == 1) {
                throw new IllegalStateException("outer", new IllegalArgumentException("the disk is full"));
            }
        }));

        assertThat(jobs.run("sample", "10m")).isEqualTo(Jobs.Outcome.FAILED);

        assertThat(log.list).singleElement().satisfies(line -> {
            assertThat(line.getFormattedMessage()).contains("sample", "the disk is full");
            assertThat(line.getThrowableProxy()).isNull();
        });
        assertThat(counted("failed")).isOne();
        assertThat(state()).satisfies(state -> {
            assertThat(state.lastOutcome()).isEqualTo("failed");
            assertThat(state.lastError()).isEqualTo("IllegalArgumentException: the disk is full");
        });

        assertThat(jobs.runNow("sample")).isEqualTo(Jobs.Outcome.SUCCESS);
        assertThat(counted("success")).isOne();
        assertThat(state().lastError()).isNull();
    }

    @Test
    void while_redis_does_not_answer_a_job_fails_and_later_it_runs() throws Exception {
        Jobs jobs = process("one", job(() -> {}));
        REDIS.kill();
        try {
            assertThat(jobs.runNow("sample")).isEqualTo(Jobs.Outcome.FAILED);
            assertThat(runs).hasValue(0);
        } finally {
            REDIS.start();
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> jobs.runNow("sample") == Jobs.Outcome.SUCCESS);
    }

    @Test
    void a_job_that_does_not_exist_is_refused_with_those_that_do() throws Exception {
        Jobs jobs = process("one", job(() -> {}));

        assertThatThrownBy(() -> jobs.runNow("smaple"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Unknown job 'smaple'; the jobs are [sample]");
    }

    @Test
    void planned_times_follow_the_clock_of_the_database_whatever_that_of_the_process_says() throws Exception {
        DATABASE.jdbc().sql("CREATE SCHEMA IF NOT EXISTS ahead").update();
        DATABASE.jdbc()
                .sql(
                        """
                        CREATE OR REPLACE FUNCTION ahead.now() RETURNS timestamptz LANGUAGE sql
                        AS 'SELECT pg_catalog.now() + interval ''10 years'''""")
                .update();
        try (Connection connection = DriverManager.getConnection(DATABASE.jdbcUrl())) {
            connection.createStatement().execute("SET search_path = ahead, pg_catalog, public");
            var ahead = JdbcClient.create(new SingleConnectionDataSource(connection, true));
            Jobs jobs = process("one", job(() -> {}), metrics, ahead);

            assertThat(jobs.runAt("sample", "0 4 * * *")).isEqualTo(Jobs.Outcome.SKIPPED);
            assertThat(Duration.between(OffsetDateTime.now(), state().nextRunAt()))
                    .isGreaterThan(Duration.ofDays(3650));
        }
    }

    private void due(String ago) {
        DATABASE.jdbc()
                .sql("UPDATE jobs SET next_run_at = now() - CAST(? AS interval) WHERE name = 'sample'")
                .param(ago)
                .update();
    }

    @Test
    void a_time_that_was_missed_is_made_up_once_or_skipped_as_configured() throws Exception {
        Jobs late = process("one", job(() -> {}));
        assertThat(late.runAt("sample", "0 4 * * *")).isEqualTo(Jobs.Outcome.SKIPPED);
        due("3 days");
        assertThat(late.runAt("sample", "0 4 * * *")).isEqualTo(Jobs.Outcome.SUCCESS);
        assertThat(late.runAt("sample", "0 4 * * *")).isEqualTo(Jobs.Outcome.SKIPPED);

        Jobs skipping = process("two", List.of(job(() -> {})), new SimpleMeterRegistry(), DATABASE.jdbc(), "skip");
        due("3 days");
        assertThat(skipping.runAt("sample", "0 4 * * *")).isEqualTo(Jobs.Outcome.SKIPPED);
        assertThat(state().nextRunAt()).isAfter(OffsetDateTime.now());
        due("1 minute");
        assertThat(skipping.runAt("sample", "0 4 * * *"))
                .as("only a little late")
                .isEqualTo(Jobs.Outcome.SUCCESS);
        assertThat(runs).hasValue(2);
    }

    @Test
    void a_planned_run_that_fails_is_repeated_three_times_reported_and_does_not_stop_others() throws Exception {
        var isBroken = new AtomicBoolean(true);
        Job broken = job(() -> {
            if (isBroken.get()) {
                throw new IllegalStateException("broken");
            }
        });
        var others = new AtomicInteger();
        Jobs jobs = process(
                "one", List.of(broken, Job.of("other", others::incrementAndGet)), metrics, DATABASE.jdbc(), "skip");
        jobs.runAt("sample", "0 4 * * *");
        due("1 minute");
        for (int attempt = 1; attempt <= 4; attempt++) {
            assertThat(jobs.runAt("sample", "0 4 * * *")).isEqualTo(Jobs.Outcome.FAILED);
            assertThat(jobs.run("other", "1ms")).isNotEqualTo(Jobs.Outcome.FAILED);
            Duration pause = DATABASE.jdbc()
                    .sql(
                            "SELECT extract(epoch FROM next_run_at - last_ended_at)::bigint FROM jobs WHERE name = 'sample'")
                    .query(Long.class)
                    .optional()
                    .map(Duration::ofSeconds)
                    .orElseThrow();
            if (attempt <= 3) {
                assertThat(pause).isLessThanOrEqualTo(Duration.ofMinutes(10L * attempt));
            }
            assertHealth(attempt < 3 ? "UP" : "DEGRADED");
            due("1 minute");
        }
        assertThat(others.get()).isPositive();

        isBroken.set(false);
        assertThat(jobs.runAt("sample", "0 4 * * *")).isEqualTo(Jobs.Outcome.SUCCESS);
        assertHealth("UP");
    }

    /** An answer of the database may take longer than a request of health waits. */
    private static void assertHealth(String status) {
        var health = new ScheduleHealth(new JobTable(DATABASE.jdbc()));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(health.health().getStatus().getCode()).isEqualTo(status));
    }

    @Test
    void a_date_that_does_not_exist_is_refused() throws Exception {
        Jobs jobs = process("one", job(() -> {}));

        assertThatThrownBy(() -> jobs.runAt("sample", "0 0 31 2 *"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'0 0 31 2 *'");
    }

    private Job job(Job.Work work) {
        return Job.of("sample", () -> {
            runs.incrementAndGet();
            work.run();
        });
    }

    /** A row of the table {@code jobs}. */
    private record State(
            OffsetDateTime lastStartedAt,
            OffsetDateTime lastEndedAt,
            String lastOutcome,
            String lastError,
            OffsetDateTime nextRunAt,
            String instance) {}

    private static State state() {
        return DATABASE.jdbc()
                .sql("SELECT * FROM jobs WHERE name = 'sample'")
                .query(State.class)
                .single();
    }

    private Jobs process(String instance, Job job) {
        return process(instance, job, metrics);
    }

    private Jobs process(String instance, Job job, SimpleMeterRegistry registry) {
        return process(instance, job, registry, DATABASE.jdbc());
    }

    private Jobs process(String instance, Job job, SimpleMeterRegistry registry, JdbcClient jdbc) {
        return process(instance, List.of(job), registry, jdbc, "run");
    }

    private Jobs process(String instance, List<Job> all, SimpleMeterRegistry registry, JdbcClient jdbc, String missed) {
        var redis = new LettuceConnectionFactory("127.0.0.1", REDIS.port());
        redis.afterPropertiesSet();
        redis.start();
        var jobs = new Jobs(
                all,
                redis,
                new JobTable(jdbc),
                new Jobs.ScheduleProperties(Duration.ZERO, missed, Duration.ofMinutes(10)),
                registry,
                new InstanceProperties(instance));
        opened.add(jobs);
        opened.add(redis::destroy);
        return jobs;
    }

    private static double gauge(SimpleMeterRegistry registry, String name) {
        return registry.get(name).tag("job", "sample").timeGauge().value(TimeUnit.SECONDS);
    }

    private double counted(String outcome) {
        return metrics.counter("scheduler.runs", "job", "sample", "outcome", outcome)
                .count();
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(Jobs.class);
    }
}
