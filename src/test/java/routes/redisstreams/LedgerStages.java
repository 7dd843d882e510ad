package routes.redisstreams;

import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
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
        FAILS_ALWAYS
    }

    private static final int STAGES = 3;

    /**
     * The stage that processes whatever it is given, where nothing is deleted: only the component sees to it that nothing is published
     * twice.
     */
    private static final int WITHOUT_MEMORY = 2;

    private LedgerStages() {}

    static String stream(String prefix, int stage) {
        return prefix + "-" + stage;
    }

    public static void main(String[] arguments) throws Exception {
        String uri = arguments[0];
        String prefix = arguments[1];
        String name = arguments[2];
        boolean allRemember = Boolean.parseBoolean(arguments[3]);
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
            context.addRoutes(route(prefix, stage, allRemember || stage != WITHOUT_MEMORY, done));
        }
        context.start();
        int end = System.in.read();
        System.exit(end);
    }

    private static RouteBuilder route(String prefix, int stage, boolean remembers, RedisIdempotentRepository done) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(defaultErrorHandler().logExhausted(false));
                String in = "redis-streams:" + stream(prefix, stage) + "?group=stage-" + stage
                        + "&concurrency=4&maxInFlight=24&readCount=8&blockTimeout=100&claimInterval=100"
                        + "&backoffInitial=20&backoffMax=80&claimMinIdle=" + CLAIM_MIN_IDLE.toMillis();
                String out = "redis-streams:" + stream(prefix, stage + 1);
                if (!remembers) {
                    from(in).process(exchange -> act(exchange, stage)).to(out);
                    return;
                }
                from(in)
                        // what was lost with a stream passes again; the last stage never does anything twice
                        .process(exchange -> exchange.setProperty(
                                RedisIdempotentRepository.FORCE, stage < STAGES && field(exchange, "again") != null))
                        .idempotentConsumer(simple("${body[n]}"), done)
                        .process(exchange -> act(exchange, stage))
                        .to(out);
            }
        };
    }

    private static void act(Exchange exchange, int stage) throws InterruptedException {
        if (Integer.parseInt(field(exchange, "at")) != stage) {
            return;
        }
        switch (Plan.valueOf(field(exchange, "plan"))) {
            case SLOW -> Thread.sleep(3 * CLAIM_MIN_IDLE.toMillis() / 2);
            case FAILS_TWICE -> {
                if (exchange.getIn().getHeader(RedisStreamsConstants.DELIVERIES, Integer.class) <= 2) {
                    throw new IllegalStateException("not yet");
                }
            }
            case FAILS_ALWAYS -> throw new IllegalStateException("never");
            default -> {
                // goes on
            }
        }
    }

    private static String field(Exchange exchange, String name) {
        return (String) exchange.getIn().getBody(Map.class).get(name);
    }
}
