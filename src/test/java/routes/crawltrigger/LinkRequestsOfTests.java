package routes.crawltrigger;

import java.time.Clock;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import routes.outbox.Outbox;
import routes.redis.RedisLink;

/** Requests for tests outside of this package. */
public final class LinkRequestsOfTests {

    private LinkRequestsOfTests() {}

    public static LinkRequests of(
            JdbcClient jdbc, RedisLink redis, Outbox outbox, PlatformTransactionManager transactions) {
        var policy = new EnrichmentPolicy(List.of("ai"), new EnrichmentPolicy.Budget(1_000, 1_000), 5);
        Clock clock = Clock.systemUTC();
        return new LinkRequests(jdbc, new CrawlBudget(redis, policy, clock), policy, outbox, clock, transactions);
    }
}
