package routes.operations;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.Status;
import routes.redis.RedisLink;
import routes.testing.EmbeddedRedis;

class RedisCheckIT {
    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final RedisCheck check = check(REDIS.newClient());

    @BeforeEach
    void asItShouldBe() {
        REDIS.commands().configSet("maxmemory-policy", "noeviction");
        REDIS.commands().configSet("appendonly", "yes");
        REDIS.commands().configSet("save", "");
        log.start();
        logger().setLevel(Level.INFO);
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
    void a_redis_that_keeps_everything_is_up_without_a_word() {
        check.warn();

        assertThat(log.list).isEmpty();
        assertThat(health(check).getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void one_that_evicts_is_degraded_and_told_in_one_line() {
        REDIS.commands().configSet("maxmemory-policy", "allkeys-lru");

        check.warn();

        assertWarned("maxmemory-policy of Redis is allkeys-lru", "set it to noeviction");
        assertDegraded("allkeys-lru");
    }

    @Test
    void one_without_persistence_is_degraded_and_told_in_one_line() {
        REDIS.commands().configSet("appendonly", "no");

        check.warn();

        assertWarned("has no persistence", "set appendonly to yes");
        assertDegraded("has no persistence");
    }

    @Test
    void one_with_snapshots_alone_says_what_a_crash_costs() {
        REDIS.commands().configSet("appendonly", "no");
        REDIS.commands().configSet("save", "3600 1");

        check.warn();

        assertWarned("only snapshots (save 3600 1)", "set appendonly to yes");
        assertDegraded("3600 1");
    }

    @Test
    void every_problem_has_its_line() {
        REDIS.commands().configSet("appendonly", "no");
        REDIS.commands().configSet("maxmemory-policy", "volatile-ttl");

        assertThat(check.report().problems()).hasSize(2);
    }

    @Test
    void what_a_managed_redis_does_not_show_is_said_once_and_is_no_failure() {
        REDIS.commands().configSet("appendonly", "no");
        REDIS.commands()
                .aclSetuser(
                        "limited",
                        AclSetuserArgs.Builder.on()
                                .addPassword("word")
                                .allKeys()
                                .allCommands()
                                .removeCommand(CommandType.CONFIG));
        RedisClient limited = RedisClient.create(RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(REDIS.port())
                .withAuthentication("limited", "word")
                .build());
        opened.add(limited::shutdown);
        RedisCheck check = check(limited);

        check.warn();

        assertThat(log.list).singleElement().satisfies(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.INFO);
            assertThat(line.getFormattedMessage()).contains("Cannot check");
        });
        assertThat(health(check).getStatus()).isEqualTo(Status.UP);
        assertThat(health(check).getDetails()).containsKey("unknown");
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.0.16", "5.0.7", "2.8.24"})
    void a_version_before_6_2_is_a_problem(String version) {
        assertThat(RedisCheck.oldVersion(version).orElseThrow()).contains(version, "6.2 or later");
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.2.0", "6.2.11", "7.0.15", "10.0.1"})
    void a_version_from_6_2_on_is_none(String version) {
        assertThat(RedisCheck.oldVersion(version)).isEmpty();
    }

    private void assertWarned(String... parts) {
        assertThat(log.list).singleElement().satisfies(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.WARN);
            assertThat(line.getFormattedMessage()).contains(parts).doesNotContain("\n");
        });
    }

    private void assertDegraded(String part) {
        Health health = health(check);
        assertThat(health.getStatus().getCode()).isEqualTo("DEGRADED");
        assertThat(health.getDetails().get("problems").toString()).contains(part);
        assertThat(health.getDetails()).containsKey("version");
    }

    private Health health(RedisCheck check) {
        return check.health();
    }

    private RedisCheck check(RedisClient client) {
        var link = new RedisLink(client, Duration.ofSeconds(5));
        opened.add(link);
        return new RedisCheck(link);
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(RedisCheck.class);
    }
}
