package routes.crawltrigger;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.stereotype.Component;

/** Counts what is fetched, over all processes, in Redis. A post that is delivered twice counts once. */
@Component
class CrawlBudget {
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("yyyy-MM-dd").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter HOUR =
            DateTimeFormatter.ofPattern("yyyy-MM-dd-HH").withZone(ZoneOffset.UTC);

    /** A set of what was counted; 1 when the member is in it or finds room. */
    private static final RedisScript<Long> TAKE = RedisScript.of(
            """
            if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then return 1 end
            if redis.call('SCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
            redis.call('SADD', KEYS[1], ARGV[1])
            redis.call('PEXPIRE', KEYS[1], ARGV[3])
            return 1
            """,
            Long.class);

    private final StringRedisTemplate redis;
    private final EnrichmentPolicy.Budget budget;
    private final Clock clock;

    CrawlBudget(StringRedisTemplate redis, EnrichmentPolicy policy, Clock clock) {
        this.redis = redis;
        this.budget = policy.budget();
        this.clock = clock;
    }

    boolean takeTenant(UUID tenantId, UUID postId) {
        String key = "crawl:budget:tenant:" + tenantId + ":" + DAY.format(clock.instant());
        return take(key, postId.toString(), budget.tenantPerDay(), Duration.ofDays(2));
    }

    /** Those of the links whose domain has room left in this hour. */
    List<String> takeDomains(List<String> urls) {
        String hour = HOUR.format(clock.instant());
        return urls.stream()
                .filter(url -> take(
                        "crawl:budget:domain:" + domain(url) + ":" + hour,
                        url,
                        budget.domainPerHour(),
                        Duration.ofHours(2)))
                .toList();
    }

    private boolean take(String key, String member, int limit, Duration keep) {
        Long room = redis.execute(TAKE, List.of(key), member, Integer.toString(limit), Long.toString(keep.toMillis()));
        return room != null && room == 1;
    }

    private static String domain(String url) {
        String host = URI.create(url).getHost();
        return host == null ? "unknown" : host.toLowerCase(Locale.ROOT);
    }
}
