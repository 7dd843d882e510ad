package routes.operations;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.ServiceStatus;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.crawl4ai.Crawl4ai;
import routes.graph.Graph;
import routes.objectstore.ObjectStore;
import routes.operations.StreamConsumers.Served;
import routes.outbox.OutboxRelay;
import routes.reconcile.IndexRebuild;
import routes.redisstreams.RedisStreamsConsumer;
import routes.telegram.SignIns;
import routes.telegram.TelegramAccount;
import routes.telegram.TelegramAccounts;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndexException;

/** The product's own components of {@code /health}. The names of the beans are the names of the components. */
@Configuration(proxyBeanMethods = false)
class HealthConfiguration {
    private static final Status DEGRADED = new Status("DEGRADED");

    /** A stage with entries that makes no progress for this long is reported as down. */
    private static final Duration STALL = Duration.ofMinutes(5);

    private static final Duration FRESH = Duration.ofSeconds(5);

    /** Longer than a post is in transit between two stages. */
    private static final int SETTLED_SECONDS = 60;

    /** Returns UP, or DEGRADED if there are problems. */
    static Health.Builder health(List<String> problems) {
        return problems.isEmpty() ? Health.up() : Health.status(DEGRADED).withDetail("problems", problems);
    }

    /** Checks whether media files can be stored and read. If not, imports wait and everything else works. */
    @Bean
    HealthIndicator objectStoreHealthIndicator(ObjectStore objects) {
        return () -> {
            try {
                objects.check();
                return Health.up().withDetail("bucket", objects.bucket()).build();
            } catch (IOException e) {
                return health(List.of(String.valueOf(e.getMessage()))).build();
            }
        };
    }

    /** Checks whether the Telegram accounts are signed in, and reports how long Telegram refuses their requests. */
    @Bean
    @ConditionalOnExpression("${telegram.api-id:0} != 0")
    HealthIndicator telegram(TelegramAccounts accounts, SignIns signIns) {
        return () -> {
            if (!signIns.areHere()) {
                return Health.up().withDetail("accounts", "in another process").build();
            }
            List<TelegramAccount.Status> statuses = accounts.statuses().stream()
                    .filter(status -> !status.isGone())
                    .toList();
            List<String> problems = new ArrayList<>();
            if (statuses.isEmpty()) {
                problems.add("no account is signed in; sign in an account on the web page or with --telegram-login");
            }
            statuses.stream()
                    .filter(status -> status.state() != TelegramAccount.State.READY)
                    .forEach(status -> problems.add(status.toString()));
            Health.Builder health = health(problems);
            for (TelegramAccount.Status status : statuses) {
                health.withDetail(
                        status.name(),
                        Map.of(
                                "state",
                                status.state(),
                                "refused",
                                accounts.account(status.name()).floodWaits()));
            }
            return health.build();
        };
    }

    /** Reports which web page reader is used, and whether it responds. If it does not respond, the built-in reader is used. */
    @Bean
    HealthIndicator crawler(Crawl4ai crawl4ai) {
        return cached(() -> health(crawl4ai.problem().stream().toList())
                .withDetail("provider", crawl4ai.isConfigured() ? "crawl4ai" : "builtin")
                .build());
    }

    /** Checks whether the vector index responds and is complete. */
    @Bean
    HealthIndicator index(VectorIndex index, IndexRebuild rebuild) {
        HealthIndicator counted = cached(() -> {
            try {
                return Health.up().withDetail("posts", index.count()).build();
            } catch (VectorIndexException e) {
                return Health.down(e).build();
            }
        });
        return () -> {
            Health health = counted.health();
            List<String> problems = rebuild.progress().stream()
                    .map(IndexRebuild.Progress::toString)
                    .toList();
            return health.getStatus().equals(Status.UP) && !problems.isEmpty()
                    ? health(problems).withDetails(health.getDetails()).build()
                    : health;
        };
    }

    /**
     * Checks whether the graph server responds. Without it, posts are found by their words only, and the storage of relationships is
     * delayed.
     */
    @Bean
    HealthIndicator graph(Graph graph) {
        return cached(() -> health(graph.problem().stream().toList()).build());
    }

    /** Checks whether posts are stuck: dead letters, posts whose indexing failed, and unindexed posts without an event in flight. */
    @Bean
    HealthIndicator pipeline(StreamStates states, OutboxRelay outbox, JdbcClient jdbc) {
        return cached(() -> {
            try {
                return health(problems(states, outbox, jdbc)).build();
            } catch (DataAccessException e) {
                // failures are cached too, so that waiting callers do not query an unavailable database again
                return Health.down(e).build();
            }
        });
    }

    /** Caches the result: health requests need no key, so the cost must not grow with their number. */
    private static HealthIndicator cached(Supplier<Health> read) {
        LoadingCache<String, Health> cached =
                Caffeine.newBuilder().expireAfterWrite(FRESH).build(any -> read.get());
        return () -> cached.get("health");
    }

    private record Left(long failed, long waiting) {}

    private static List<String> problems(StreamStates states, OutboxRelay outbox, JdbcClient jdbc) {
        List<String> problems = new ArrayList<>();
        states.deadLetters().forEach((stream, number) -> {
            if (number > 0) {
                problems.add(number + " dead letters in " + stream);
            }
        });
        Left left = jdbc.sql(
                        """
                        SELECT count(*) FILTER (WHERE indexing_status = 'failed') AS failed,
                               count(*) FILTER (WHERE indexing_status = 'pending'
                                                  AND updated_at < now() - make_interval(secs => ?)) AS waiting
                        FROM posts WHERE indexing_status IN ('pending', 'failed') AND NOT is_deleted
                        """)
                .param(SETTLED_SECONDS)
                .query(Left.class)
                .single();
        if (left.failed() > 0) {
            problems.add(
                    left.failed() + " posts could not be indexed; see the column indexing_error of the table posts");
        }
        if (left.waiting() > 0 && outbox.unpublished() == 0 && states.isIdle()) {
            problems.add(left.waiting() + " posts are not indexed and have no pending event");
        }
        return problems;
    }

    /**
     * The consumers of this process. A stage is UP while its route runs and makes progress, and DEGRADED while entries fail. Some stages,
     * such as api and schedule, have no consumer.
     */
    @Bean
    HealthIndicator stages(
            CamelContext camel, StreamConsumers consumers, StreamStates states, RouteReloads reloads, Clock clock) {
        return () -> {
            Map<String, Stage> stages = new LinkedHashMap<>();
            for (Served one : consumers.list()) {
                ServiceStatus route = camel.getRouteController().getRouteStatus(one.routeId());
                stages.put(
                        one.routeId(),
                        reloads.isExchanging(one.routeId())
                                ? new Stage(Status.UP, "UP: suspended while an edit of the routes is loaded")
                                : stage(one, route, states, clock));
            }
            if (stages.isEmpty() && reloads.state().isEmpty()) {
                // the routes have not started yet
                return Health.outOfService().build();
            }
            List<Status> all = stages.values().stream().map(Stage::status).toList();
            Health.Builder health = Health.status(Stream.of(Status.DOWN, DEGRADED)
                    .filter(all::contains)
                    .findFirst()
                    .orElse(Status.UP));
            stages.forEach((route, stage) -> health.withDetail(route, stage.text()));
            return health.build();
        };
    }

    /** Checks whether all route files run as they are in config/routes. After an invalid edit, the last valid version keeps running. */
    @Bean
    HealthIndicator routes(RouteReloads reloads) {
        return () -> reloads.state()
                .map(state -> state.broken().isPresent()
                        ? Health.down().withDetail("problems", state.problems())
                        : health(state.problems()))
                .orElse(Health.up().withDetail("edits", "not loaded until the routes have started"))
                .build();
    }

    private record Stage(Status status, String text) {}

    private static Stage stage(Served one, ServiceStatus route, StreamStates states, Clock clock) {
        if (route != ServiceStatus.Started) {
            return new Stage(Status.DOWN, "the state of the route is " + route);
        }
        String problem = one.consumer().map(RedisStreamsConsumer::getProblem).orElse("");
        if (!problem.isEmpty()) {
            return new Stage(Status.DOWN, problem);
        }
        int failing = one.consumer().map(RedisStreamsConsumer::getFailing).orElse(0);
        Status running = failing > 0 ? DEGRADED : Status.UP;
        String paused =
                one.consumer().map(RedisStreamsConsumer::getPausedBecause).orElse("");
        if (!paused.isEmpty()) {
            return new Stage(running, "PAUSED: " + paused);
        }
        return states.group(one.stream(), one.group())
                .filter(group -> group.since().plus(STALL).isBefore(clock.instant()))
                .map(group -> new Stage(
                        Status.DOWN,
                        "no progress since %s with %d waiting and %d pending"
                                .formatted(group.since(), group.lag(), group.pending())))
                .orElse(new Stage(
                        running, failing > 0 ? "DEGRADED: " + failing + " entries failed and are redelivered" : "UP"));
    }
}
