package routes.operations;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.stereotype.Component;
import routes.redis.RedisLink;

/** Checks that Redis responds and is configured not to lose data. The bean name replaces Spring Boot's indicator. */
@Component("redisHealthIndicator")
record RedisCheck(RedisLink link) implements HealthIndicator {
    private static final Logger LOG = LoggerFactory.getLogger(RedisCheck.class);
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");

    /**
     * @param version empty if it could not be read
     * @param problems one line each: the problem, its effect and the remedy
     * @param unknown checks that Redis did not permit
     */
    record Report(String version, List<String> problems, Optional<String> unknown) {}

    /**
     * Logs each problem once, at start.
     *
     * @throws RedisException if Redis does not respond
     */
    void warn() {
        Report report = report();
        report.problems().forEach(LOG::warn);
        report.unknown().ifPresent(LOG::info);
    }

    /** Returns DOWN if Redis does not respond, DEGRADED if it could lose data. */
    @Override
    public Health health() {
        try {
            Report report = report();
            Health.Builder health =
                    HealthConfiguration.health(report.problems()).withDetail("version", report.version());
            report.unknown().ifPresent(unknown -> health.withDetail("unknown", unknown));
            return health.build();
        } catch (RedisException e) {
            return Health.down(e).build();
        }
    }

    /** @throws RedisException if Redis does not respond */
    Report report() {
        Map<String, String> info;
        try {
            info = parse(link.call(commands -> commands.info()));
        } catch (RedisCommandExecutionException e) {
            return new Report(
                    "",
                    List.of(),
                    Optional.of("Cannot check the version, memory policy and persistence of Redis: " + e.getMessage()));
        }
        List<String> problems = new ArrayList<>();
        Optional<String> unknown = Optional.empty();
        String version = info.getOrDefault("redis_version", "");
        oldVersion(version).ifPresent(problems::add);
        String policy = info.getOrDefault("maxmemory_policy", "noeviction");
        if (!policy.equals("noeviction")) {
            problems.add("maxmemory-policy of Redis is " + policy
                    + ": when its memory is full, Redis evicts streams with unprocessed events; set it to noeviction");
        }
        if (!info.getOrDefault("aof_enabled", "1").equals("1")) {
            try {
                String save = link.call(commands -> commands.configGet("save")).getOrDefault("save", "");
                problems.add(
                        save.isBlank()
                                ? "Redis has no persistence: a restart loses all unprocessed events, which are"
                                        + " restored only after RECONCILE_AFTER; set appendonly to yes"
                                : "Redis writes only snapshots (save " + save
                                        + "): a crash loses the events since the last snapshot, which are restored"
                                        + " only after RECONCILE_AFTER; set appendonly to yes");
            } catch (RedisCommandExecutionException e) {
                unknown = Optional.of(
                        "Cannot check the persistence of Redis, because it does not permit reading its configuration: "
                                + e.getMessage());
            }
        }
        return new Report(version, List.copyOf(problems), unknown);
    }

    static Optional<String> oldVersion(String version) {
        return Optional.of(VERSION.matcher(version))
                .filter(Matcher::matches)
                .filter(parts -> 100 * Integer.parseInt(parts.group(1)) + Integer.parseInt(parts.group(2)) < 602)
                .map(old -> "Redis is version " + version
                        + ": the streams require commands of Redis 6.2; install Redis 6.2 or later, or Valkey");
    }

    private static Map<String, String> parse(String info) {
        return info.lines()
                .map(line -> line.split(":", 2))
                .filter(parts -> parts.length == 2)
                .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1].strip(), (one, other) -> one));
    }
}
