package routes.timeline;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.util.ObjectHelper;
import routes.events.Event;
import routes.events.Recorded;
import routes.events.StageOutcome;
import routes.redisstreams.FailureKind;
import routes.redisstreams.Outcome;
import routes.redisstreams.RedisStreamsConstants;
import routes.redisstreams.RedisStreamsEndpoint;
import routes.stages.EventRoutes;
import routes.stages.StageEntry;

/** Derives the outcomes of the events of an exchange's entries, after the exchange has ended. */
final class StageRecords {
    private static final int MAX_REASON = 300;

    private record End(String outcome, String reason, String provider, String model) {
        static End of(StageOutcome outcome) {
            return new End(outcome.kind().text(), outcome.reason(), outcome.provider(), outcome.model());
        }
    }

    private StageRecords() {}

    /** Why the whole exchange failed. */
    static Optional<Throwable> failure(Exchange exchange) {
        if (exchange.getException() != null) {
            return Optional.of(exchange.getException());
        }
        boolean rollback = exchange.isRollbackOnly() || exchange.isRollbackOnlyLast();
        return rollback
                ? Optional.of(exchange.getProperty(
                        ExchangePropertyKey.EXCEPTION_CAUGHT,
                        new IllegalStateException("rolled back"),
                        Throwable.class))
                : Optional.empty();
    }

    /** One record for each post of the entry's event; none for an event about no post. */
    static List<TimelineRecord> of(
            String stage,
            Exchange exchange,
            StageEntry entry,
            Optional<Throwable> failure,
            Instant startedAt,
            int durationMs) {
        End end = failure.map(cause -> failed(exchange, entry, cause)).orElseGet(() -> ended(exchange, entry));
        Optional<Event> event = entry.event();
        return entry.posts().stream()
                .map(post -> new TimelineRecord(
                        post,
                        stage,
                        end.outcome(),
                        shortened(end.reason()),
                        end.provider(),
                        end.model(),
                        entry.message().getHeader(RedisStreamsConstants.MESSAGE_ID, String.class),
                        entry.message().getHeader(RedisStreamsConstants.DELIVERIES, Integer.class),
                        event.map(Event::contentVersion).orElse(null),
                        event.map(Event::triggerText).orElse(null),
                        startedAt,
                        durationMs,
                        event.map(Event::traceId).orElse(null)))
                .toList();
    }

    /** The record of an entry without an exchange. If the entry is gone, an earlier record must supply its post. */
    static TimelineRecord unprocessed(
            String stage, String entryId, Map<String, String> fields, Outcome outcome, Instant now) {
        boolean lost = outcome == Outcome.LOST_ENTRY;
        Optional<UUID> post = StageEntry.postIn(fields);
        return new TimelineRecord(
                post.orElse(null),
                stage,
                lost ? "lost" : "dead_lettered",
                lost ? "deleted or trimmed while it was pending" : "processes died while they worked on it",
                null,
                null,
                entryId,
                null,
                null,
                null,
                now,
                0,
                fields.get("trace_id"));
    }

    private static End failed(Exchange exchange, StageEntry entry, Throwable failure) {
        Throwable root =
                ObjectHelper.createExceptionIterable(failure).iterator().next();
        String message = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        return new End(isLast(exchange, entry, failure) ? "dead_lettered" : "retrying", message, null, null);
    }

    /** The same decision as in the redis-streams component. */
    private static boolean isLast(Exchange exchange, StageEntry entry, Throwable failure) {
        FailureKind kind = entry.failureKind(exchange, failure);
        int delivery = entry.message().getHeader(RedisStreamsConstants.DELIVERIES, 1, Integer.class);
        return kind == FailureKind.PERMANENT
                || (kind == FailureKind.COUNTED
                        && exchange.getFromEndpoint() instanceof RedisStreamsEndpoint endpoint
                        && delivery >= endpoint.getConfiguration().getMaxDeliveries());
    }

    private static End ended(Exchange exchange, StageEntry entry) {
        String skipReason = exchange.getProperty(EventRoutes.SKIP_REASON, String.class);
        if (skipReason != null && !skipReason.isBlank()) {
            return new End("skipped", skipReason, null, null);
        }
        if (entry.result().isPresent()) {
            return End.of(entry.result().get().outcome());
        }
        if (exchange.getMessage().getBody() instanceof Recorded recorded) {
            return End.of(recorded.outcome());
        }
        return Boolean.TRUE.equals(exchange.getProperty(ExchangePropertyKey.DUPLICATE_MESSAGE, Boolean.class))
                ? new End("skipped", "duplicate", null, null)
                : new End("done", null, null, null);
    }

    private static String shortened(String reason) {
        return reason == null ? null : reason.substring(0, Math.min(reason.length(), MAX_REASON));
    }
}
