package routes.crawltrigger;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.springframework.stereotype.Component;
import routes.crawl.PageCache;
import routes.redis.RedisLink;
import routes.redis.Script;
import routes.web.WebAddress;

/** Counts fetches across all processes, in Redis. A post that is delivered twice counts once. */
@Component
class CrawlBudget {
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("yyyy-MM-dd").withZone(ZoneOffset.UTC);
    private static final Integer UNLIMITED = -1;
    private static final DateTimeFormatter HOUR =
            DateTimeFormatter.ofPattern("yyyy-MM-dd-HH").withZone(ZoneOffset.UTC);
    /**
     * KEYS: for each post, the set of its tenant's posts, the set of its user's posts, then for each of its links the link set of the
     * domain and the page in the cache. ARGV: limit and expiry in milliseconds of a tenant's set, limit and expiry in milliseconds of a
     * domain's set, then for each post the number of its links, its id, the limit of its user's set or -1, 1 if cached pages are free, and
     * the links. Returns for each post the 0-based indexes of the links within budget, separated by spaces; if there are none, -1 if the
     * tenant's budget is exhausted, or -2 if the user's is. A post counts if at least one of its links is fetched.
     */
    private static final Script TAKE = Script.of(
            """
            local function room(key, member, limit)
              return redis.call('SISMEMBER', key, member) == 1 or redis.call('SCARD', key) < tonumber(limit)
            end
            local function count(key, member, keep)
              if redis.call('SADD', key, member) == 1 then redis.call('PEXPIRE', key, keep) end
            end
            local grants, k, a = {}, 1, 5
            while k <= #KEYS do
              local tenant, user, links, post = KEYS[k], KEYS[k + 1], tonumber(ARGV[a]), ARGV[a + 1]
              local limit, free = tonumber(ARGV[a + 2]), ARGV[a + 3] == '1'
              local exhausted = nil
              if not room(tenant, post, ARGV[1]) then
                exhausted = '-1'
              elseif limit >= 0 and not room(user, post, limit) then
                exhausted = '-2'
              end
              local taken, fetched = {}, false
              for i = 1, links do
                local link, domain, page = ARGV[a + 3 + i], KEYS[k + 2 * i], KEYS[k + 2 * i + 1]
                local cached = free and redis.call('EXISTS', page) == 1
                if cached then
                  taken[#taken + 1] = tostring(i - 1)
                elseif not exhausted and room(domain, link, ARGV[3]) then
                  count(domain, link, ARGV[4])
                  taken[#taken + 1] = tostring(i - 1)
                  fetched = true
                end
              end
              if fetched then
                count(tenant, post, ARGV[2])
                if limit >= 0 then count(user, post, ARGV[2]) end
              end
              grants[#grants + 1] = #taken > 0 and table.concat(taken, ' ') or exhausted or ''
              k, a = k + 2 + 2 * links, a + 4 + links
            end
            return grants
            """);

    /**
     * The links of a post to fetch.
     *
     * @param userId user for whom the post was tagged, or null
     * @param userPerDay posts per day of this user; null for no separate limit
     * @param again whether cached pages are fetched again
     */
    record Wish(UUID tenantId, UUID postId, List<WebAddress> links, String userId, Integer userPerDay, boolean again) {}

    /** The exhausted budget: of the tenant or the user for today, or of all domains of the links for this hour. */
    enum Limit {
        TENANT,
        USER,
        DOMAIN
    }

    /**
     * @param exhausted null if there are links
     * @param links links whose domains have budget left for this hour
     */
    record Grant(Limit exhausted, List<WebAddress> links) {}

    private final RedisLink redis;
    private final EnrichmentPolicy policy;
    private final Clock clock;

    CrawlBudget(RedisLink redis, EnrichmentPolicy policy, Clock clock) {
        this.redis = redis;
        this.policy = policy;
        this.clock = clock;
    }

    /** Returns a budget for trials: everything is granted, and nothing is counted. */
    CrawlBudget rehearsal() {
        return new CrawlBudget(redis, policy, clock) {
            @Override
            List<Grant> take(List<Wish> wishes) {
                return wishes.stream()
                        .map(wish -> new Grant(null, wish.links()))
                        .toList();
            }
        };
    }

    /** Grants the budgets for all wishes in one call. */
    List<Grant> take(List<Wish> wishes) {
        if (wishes.isEmpty()) {
            return List.of();
        }
        Instant now = clock.instant();
        List<String> keys = new ArrayList<>();
        List<Object> arguments = new ArrayList<>(List.of(
                policy.budget().tenantPerDay(),
                Duration.ofDays(2),
                policy.budget().domainPerHour(),
                Duration.ofHours(2)));
        for (Wish wish : wishes) {
            keys.add(tenant(wish.tenantId(), now));
            keys.add("crawl:budget:user:" + wish.userId() + ":" + DAY.format(now));
            arguments.addAll(List.of(
                    wish.links().size(),
                    wish.postId(),
                    Objects.requireNonNullElse(wish.userPerDay(), UNLIMITED),
                    wish.again() ? 0 : 1));
            wish.links().forEach(link -> {
                keys.add(domain(link.host(), now));
                keys.add(PageCache.key(link));
                arguments.add(link.toString());
            });
        }
        Iterator<Object> taken = redis.run(TAKE, keys, arguments).iterator();
        return wishes.stream().map(wish -> grant(wish, taken.next().toString())).toList();
    }

    /** Returns the used budgets of a tenant and of the domains of these links, for display. */
    String describe(UUID tenant, List<WebAddress> links) {
        Instant now = clock.instant();
        var used = new StringBuilder("%d of %d posts used today"
                .formatted(used(tenant(tenant, now)), policy.budget().tenantPerDay()));
        links.stream()
                .map(WebAddress::host)
                .distinct()
                .forEach(host -> used.append(", %d of %d links of %s used in this hour"
                        .formatted(used(domain(host, now)), policy.budget().domainPerHour(), host)));
        return used.toString();
    }

    private long used(String key) {
        return redis.call(commands -> commands.scard(key));
    }

    private static String tenant(UUID tenant, Instant now) {
        return "crawl:budget:tenant:" + tenant + ":" + DAY.format(now);
    }

    private static String domain(String host, Instant now) {
        return "crawl:budget:domain:" + host + ":" + HOUR.format(now);
    }

    private static Grant grant(Wish wish, String taken) {
        return switch (taken) {
            case "-1" -> new Grant(Limit.TENANT, List.of());
            case "-2" -> new Grant(Limit.USER, List.of());
            case "" -> new Grant(Limit.DOMAIN, List.of());
            default ->
                new Grant(
                        null,
                        Arrays.stream(taken.split(" "))
                                .map(index -> wish.links().get(Integer.parseInt(index)))
                                .toList());
        };
    }
}
