package routes.operations;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.events.StreamCatalog;
import routes.outbox.OutboxRelay;

/** Whether posts are stuck: dead letters, posts whose indexing failed, and unindexed posts without an event in flight. */
@Component("pipeline")
class PipelineHealth implements HealthIndicator {
    static final Status DEGRADED = new Status("DEGRADED");

    /** Health requests need no key, so the cost must not grow with their number. */
    private static final Duration FRESH = Duration.ofSeconds(5);

    /** Longer than a post can be in transit between two stages. */
    private static final int SETTLED_SECONDS = 60;

    private final DeadLetters deadLetters;
    private final StreamStates states;
    private final StreamCatalog catalog;
    private final OutboxRelay outbox;
    private final JdbcClient jdbc;
    private final Clock clock;
    private Health last;
    private Instant lastAt = Instant.MIN;

    PipelineHealth(
            DeadLetters deadLetters,
            StreamStates states,
            StreamCatalog catalog,
            OutboxRelay outbox,
            JdbcClient jdbc,
            Clock clock) {
        this.deadLetters = deadLetters;
        this.states = states;
        this.catalog = catalog;
        this.outbox = outbox;
        this.jdbc = jdbc;
        this.clock = clock;
    }

    @Override
    public synchronized Health health() {
        if (last == null || lastAt.plus(FRESH).isBefore(clock.instant())) {
            last = look();
            lastAt = clock.instant();
        }
        return last;
    }

    /** Reports a failure as a result too, so that it is cached and waiting callers do not query an unavailable database again. */
    private Health look() {
        try {
            List<String> problems = problems();
            return problems.isEmpty()
                    ? Health.up().build()
                    : Health.status(DEGRADED).withDetail("problems", problems).build();
        } catch (DataAccessException e) {
            return Health.down(e).build();
        }
    }

    private record Left(long failed, long waiting) {}

    private List<String> problems() {
        List<String> problems = new ArrayList<>();
        deadLetters.byStream().forEach((stream, number) -> problems.add(number + " dead letters in " + stream));
        Left left = jdbc.sql(
                        """
                        SELECT count(*) FILTER (WHERE indexing_status = 'failed') AS failed,
                               count(*) FILTER (WHERE indexing_status = 'pending'
                                                  AND updated_at < now() - make_interval(secs => :settled)) AS waiting
                        FROM posts WHERE indexing_status IN ('pending', 'failed') AND NOT is_deleted
                        """)
                .param("settled", SETTLED_SECONDS)
                .query(Left.class)
                .single();
        if (left.failed() > 0) {
            problems.add(left.failed() + " posts could not be indexed; indexing_error says why");
        }
        if (left.waiting() > 0 && isIdle()) {
            problems.add(left.waiting() + " posts are not indexed, and no event about them is under way");
        }
        return problems;
    }

    private boolean isIdle() {
        return outbox.unpublished() == 0
                && states.known()
                && catalog.streams().stream().allMatch(stream -> catalog.servedGroups(stream).stream()
                        .allMatch(group -> states.group(stream.name(), group)
                                .filter(known ->
                                        known.state().lag() + known.state().pending() > 0)
                                .isEmpty()));
    }
}
