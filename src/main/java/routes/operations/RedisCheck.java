package routes.operations;

import io.lettuce.core.RedisCommandExecutionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import routes.redis.RedisLink;

/** Checks that Redis is configured not to lose data. */
@Component
class RedisCheck {
    private static final Logger LOG = LoggerFactory.getLogger(RedisCheck.class);
    private static final int[] OLDEST = {6, 2};
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");

    /**
     * The result of the check.
     *
     * @param version as Redis reports it
     * @param problems one line each: what is wrong, why it matters, what to do
     * @param unknown  what could not be checked because Redis refused the command
     */
    record Report(Optional<String> version, List<String> problems, Optional<String> unknown) {}

    private final RedisLink link;

    RedisCheck(RedisLink link) {
        this.link = link;
    }

    /** Logs each problem once, at start. */
    void warn() {
        Report report = report();
        report.problems().forEach(LOG::warn);
        report.unknown().ifPresent(LOG::info);
    }

    /** @throws io.lettuce.core.RedisException if Redis does not answer */
    Report report() {
        Map<String, String> info;
        try {
            info = parse(link.call(commands -> commands.info()));
        } catch (RedisCommandExecutionException e) {
            return new Report(
                    Optional.empty(),
                    List.of(),
                    Optional.of(
                            "Version, memory policy and persistence of Redis could not be checked: " + e.getMessage()));
        }
        List<String> problems = new ArrayList<>();
        version(info.getOrDefault("redis_version", "")).ifPresent(problems::add);
        policy(info.getOrDefault("maxmemory_policy", "noeviction")).ifPresent(problems::add);
        Optional<String> unknown = Optional.empty();
        if (!info.getOrDefault("aof_enabled", "1").equals("1")) {
            try {
                String save = link.call(commands -> commands.configGet("save")).getOrDefault("save", "");
                problems.add(withoutLog(save));
            } catch (RedisCommandExecutionException e) {
                unknown = Optional.of(
                        "Whether Redis keeps its data could not be checked, since it does not let us read its"
                                + " configuration: " + e.getMessage());
            }
        }
        return new Report(Optional.ofNullable(info.get("redis_version")), List.copyOf(problems), unknown);
    }

    static Optional<String> version(String version) {
        Matcher parts = VERSION.matcher(version);
        if (!parts.matches()) {
            return Optional.empty();
        }
        int major = Integer.parseInt(parts.group(1));
        int minor = Integer.parseInt(parts.group(2));
        boolean old = major < OLDEST[0] || (major == OLDEST[0] && minor < OLDEST[1]);
        return old
                ? Optional.of("Redis is version " + version
                        + ": the streams need commands of 6.2; install Redis 6.2 or later, or Valkey")
                : Optional.empty();
    }

    static Optional<String> policy(String policy) {
        return policy.equals("noeviction")
                ? Optional.empty()
                : Optional.of("maxmemory-policy of Redis is " + policy
                        + ": when its memory is full it throws away streams with the posts under way; set it"
                        + " to noeviction");
    }

    private static String withoutLog(String save) {
        return save.isBlank()
                ? "Redis keeps nothing on disk: a restart loses every event under way, until RECONCILE_AFTER has"
                        + " passed; set appendonly to yes"
                : "Redis keeps only snapshots (save " + save
                        + "): a crash loses the events since the last one, until RECONCILE_AFTER has passed; set"
                        + " appendonly to yes";
    }

    private static Map<String, String> parse(String info) {
        return info.lines()
                .map(line -> line.split(":", 2))
                .filter(parts -> parts.length == 2)
                .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1].strip(), (one, other) -> one));
    }
}
