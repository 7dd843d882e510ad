package routes.redisstreams;

import io.lettuce.core.RedisClient;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Message;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import routes.idempotency.RedisIdempotencyOptions;
import routes.idempotency.RedisIdempotentRepository;

/**
 * A process of {@link LedgerIT}: takes entries over three linked streams to a fourth, until it is killed or whoever started it
 * is gone. What happens to an entry on its way stands in its field {@code plan}.
 */
final class LedgerStages {
    static final Duration CLAIM_MIN_IDLE = Duration.ofMillis(600);

    /** What an entry does at a stage. */
    enum Plan {
        GOOD,
        /** Takes longer than entries are left idle. */
        SLOW,
        FAILS_TWICE,
        FAILS_ALWAYS,
        /** In the stage with a database: the process dies when the transaction of the batch is committed, the first time. */
        DIES_AFTER_COMMIT
    }

    private static final int STAGES = 3;

    /**
     * Where nothing is deleted, the stage that processes whatever it is given, in batches of one transaction: only the component sees
     * to it that nothing is published twice.
     */
    static final int WITH_DATABASE = 2;

    /** Takes what was committed before again, and counts it. */
    private static final String COMMIT =
            """
            INSERT INTO ledger (prefix, n) SELECT ?, unnest(?) ON CONFLICT (prefix, n) DO UPDATE SET commits = ledger.commits + 1
            RETURNING n, commits
            """;

    private LedgerStages() {}

    static String stream(String prefix, int stage) {
        return prefix + "-" + stage;
    }

    public static void main(String[] arguments) throws Exception {
        String uri = arguments[0];
        String prefix = arguments[1];
        String name = arguments[2];
        String database = arguments.length > 3 ? arguments[3] : null;
        CamelContext context = new DefaultCamelContext();
        RedisStreamsComponent component = new RedisStreamsComponent();
        component.setRedisClient(RedisClient.create(uri));
        component.setInstanceName(name);
        component.setCommandTimeout(3_000);
        context.addComponent("redis-streams", component);
        for (int stage = 1; stage <= STAGES; stage++) {
            RedisIdempotentRepository done = new RedisIdempotentRepository(
                    component.getRedisClient(),
                    new RedisIdempotencyOptions(
                            prefix + ":done-" + stage + ":",
                            Duration.ofHours(1),
                            Duration.ofSeconds(2),
                            name,
                            0,
                            Duration.ofSeconds(3)),
                    source -> {});
            done.start();
            context.addRoutes(
                    stage == WITH_DATABASE && database != null
                            ? batches(prefix, database)
                            : route(prefix, stage, done));
        }
        context.start();
        int end = System.in.read();
        System.exit(end);
    }

    private static String in(String prefix, int stage) {
        return "redis-streams:" + stream(prefix, stage) + "?group=stage-" + stage
                + "&concurrency=4&maxInFlight=24&readCount=8&blockTimeout=100&claimInterval=100"
                + "&backoffInitial=20&backoffMax=80&claimMinIdle=" + CLAIM_MIN_IDLE.toMillis();
    }

    private static RouteBuilder batches(String prefix, String database) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(defaultErrorHandler().logExhausted(false));
                from(in(prefix, WITH_DATABASE) + "&batchSize=6&batchTimeout=0")
                        .process(exchange -> {
                            List<Message> batch = exchange.getIn().getBody(List.class);
                            for (Message entry : batch) {
                                act(entry, WITH_DATABASE);
                            }
                            commit(prefix, database, batch);
                        })
                        .to("redis-streams:" + stream(prefix, WITH_DATABASE + 1));
            }
        };
    }

    private static void commit(String prefix, String database, List<Message> batch) throws SQLException {
        Map<String, Message> byNumber = new TreeMap<>(); // processes lock rows in one order
        batch.forEach(entry -> byNumber.put(field(entry, "n"), entry));
        try (Connection connection = DriverManager.getConnection(database);
                PreparedStatement statement = connection.prepareStatement(COMMIT)) {
            statement.setString(1, prefix);
            statement.setArray(
                    2, connection.createArrayOf("text", byNumber.keySet().toArray()));
            try (ResultSet committed = statement.executeQuery()) {
                while (committed.next()) {
                    if (committed.getInt(2) == 1
                            && field(byNumber.get(committed.getString(1)), "plan")
                                    .equals(Plan.DIES_AFTER_COMMIT.name())) {
                        Runtime.getRuntime().halt(1);
                    }
                }
            }
        }
    }

    private static RouteBuilder route(String prefix, int stage, RedisIdempotentRepository done) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(defaultErrorHandler().logExhausted(false));
                from(in(prefix, stage))
                        // what was lost with a stream passes again; the last stage never does anything twice
                        .process(exchange -> exchange.setProperty(
                                RedisIdempotentRepository.FORCE,
                                stage < STAGES && field(exchange.getIn(), "again") != null))
                        .idempotentConsumer(simple("${body[n]}"), done)
                        .process(exchange -> act(exchange.getIn(), stage))
                        .to("redis-streams:" + stream(prefix, stage + 1));
            }
        };
    }

    private static void act(Message entry, int stage) throws InterruptedException {
        if (Integer.parseInt(field(entry, "at")) != stage) {
            return;
        }
        switch (Plan.valueOf(field(entry, "plan"))) {
            case SLOW -> Thread.sleep(3 * CLAIM_MIN_IDLE.toMillis() / 2);
            case FAILS_TWICE -> {
                if (entry.getHeader(RedisStreamsConstants.DELIVERIES, Integer.class) <= 2) {
                    throw new IllegalStateException("not yet");
                }
            }
            case FAILS_ALWAYS -> throw new IllegalStateException("never");
            default -> {
                // goes on
            }
        }
    }

    private static String field(Message entry, String name) {
        return (String) entry.getBody(Map.class).get(name);
    }
}
