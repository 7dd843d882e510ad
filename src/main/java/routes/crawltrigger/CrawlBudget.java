package routes.crawltrigger;

import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
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
    private static final String TENANT_EXHAUSTED = "-1";

    /**
     * KEYS: set of the tenant's posts, then the set of its domain's links for each link. ARGV: post, limit and milliseconds of
     * the tenant's set, limit and milliseconds of the domains' sets, links. Returns the indexes from 0 of the links that have
     * room, or -1. Nothing is counted for a post none of whose links has room.
     */
    @SuppressWarnings("rawtypes") // Spring takes the type of the answer as a class
    private static final RedisScript<List> TAKE = RedisScript.of(
            """
            local function room(key, member, limit)
              return redis.call('SISMEMBER', key, member) == 1 or redis.call('SCARD', key) < tonumber(limit)
            end
            local function count(key, member, keep)
              if redis.call('SADD', key, member) == 1 then redis.call('PEXPIRE', key, keep) end
            end
            if not room(KEYS[1], ARGV[1], ARGV[2]) then return {'-1'} end
            local taken = {}
            for i = 2, #KEYS do
              local link = ARGV[i + 4]
              if room(KEYS[i], link, ARGV[4]) then
                count(KEYS[i], link, ARGV[5])
                taken[#taken + 1] = tostring(i - 2)
              end
            end
            if #taken > 0 then count(KEYS[1], ARGV[1], ARGV[3]) end
            return taken
            """,
            List.class);

    private final StringRedisTemplate redis;
    private final EnrichmentPolicy.Budget budget;
    private final Clock clock;

    CrawlBudget(StringRedisTemplate redis, EnrichmentPolicy policy, Clock clock) {
        this.redis = redis;
        this.budget = policy.budget();
        this.clock = clock;
    }

    /** The links whose domain has room in this hour; null if the tenant has no room for another post today. */
    List<Link> take(UUID tenantId, UUID postId, List<Link> links) {
        String hour = HOUR.format(clock.instant());
        List<String> keys = new ArrayList<>();
        keys.add("crawl:budget:tenant:" + tenantId + ":" + DAY.format(clock.instant()));
        List<String> arguments = new ArrayList<>(List.of(
                postId.toString(),
                Integer.toString(budget.tenantPerDay()),
                Long.toString(Duration.ofDays(2).toMillis()),
                Integer.toString(budget.domainPerHour()),
                Long.toString(Duration.ofHours(2).toMillis())));
        links.forEach(link -> {
            keys.add("crawl:budget:domain:" + link.domain() + ":" + hour);
            arguments.add(link.url());
        });
        List<?> taken = redis.execute(TAKE, keys, arguments.toArray());
        return taken.contains(TENANT_EXHAUSTED)
                ? null
                : taken.stream()
                        .map(index -> links.get(Integer.parseInt(index.toString())))
                        .toList();
    }
}
