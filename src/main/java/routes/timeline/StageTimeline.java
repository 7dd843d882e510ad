package routes.timeline;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;
import org.apache.camel.support.SynchronizationAdapter;
import org.apache.camel.util.ObjectHelper;
import org.springframework.stereotype.Component;
import routes.events.Event;
import routes.events.Recorded;
import routes.events.StageOutcome;
import routes.redisstreams.FailureKind;
import routes.redisstreams.Outcome;
import routes.redisstreams.RedisStreamsConstants;
import routes.redisstreams.RedisStreamsEndpoint;
import routes.redisstreams.StreamCompletion;
import routes.stages.EventRoutes;
import routes.stages.StageEntry;
import routes.tracing.EntryTraces;

/**
 * Records every exchange of a stream route in the timeline of its post, and ends the spans of its entries. Camel calls it for the policy
 * of each route. Creates only one or two objects per exchange; {@link TimelineWriter} writes the records.
 */
@Component
public class StageTimeline implements RoutePolicyFactory {
    private static final String STREAMS = "redis-streams:";
    private static final int MAX_REASON = 300;
    private static final Set<String> FAILURES = Set.of("failed", "retrying", "dead_lettered");

    private final TimelineBuffer buffer;
    private final Clock clock;
    private final boolean enabled;
    private final Map<String, String> stages = new ConcurrentHashMap<>();

    StageTimeline(TimelineBuffer buffer, Clock clock, TimelineProperties properties) {
        this.buffer = buffer;
        this.clock = clock;
        this.enabled = properties.enabled();
    }

    /** Returns null for routes that do not read a stream. */
    @Override
    public RoutePolicy createRoutePolicy(CamelContext camel, String routeId, NamedNode route) {
        boolean reads = route instanceof RouteDefinition definition
                && definition.getInput().getEndpointUri().startsWith(STREAMS);
        return reads ? new Stage(routeId) : null;
    }

    /** Records an entry that ended without an exchange. */
    public void unprocessed(String stream, String group, String entryId, Map<String, String> fields, Outcome outcome) {
        if (enabled) {
            String stage = stages.get(key(stream, group));
            buffer.add(List.of(unprocessed(stage, entryId, fields, outcome, clock.instant())));
        }
    }

    /** If the entry no longer exists, the post id is taken from an earlier record. */
    static TimelineRecord unprocessed(
            String stage, String entryId, Map<String, String> fields, Outcome outcome, Instant now) {
        End end = outcome == Outcome.LOST_ENTRY
                ? new End("lost", "deleted or trimmed while it was pending", null, null)
                : new End("dead_lettered", "the process crashed several times while processing the entry", null, null);
        return new TimelineRecord(
                StageEntry.postIn(fields).orElse(null),
                stage,
                end.outcome(),
                end.reason(),
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

    private static String key(String stream, String group) {
        return stream + " " + group;
    }

    private final class Stage extends RoutePolicySupport {
        private final String routeId;

        Stage(String routeId) {
            this.routeId = routeId;
        }

        @Override
        public void onInit(Route route) {
            if (route.getEndpoint() instanceof RedisStreamsEndpoint endpoint) {
                var configuration = endpoint.getConfiguration();
                stages.put(key(configuration.getName(), configuration.getGroup()), routeId);
            }
        }

        @Override
        public void onExchangeBegin(Route route, Exchange exchange) {
            exchange.getExchangeExtension().addOnCompletion(new Visit(routeId));
        }
    }

    /**
     * One exchange in one stage, with one or more entries. A failed entry is recorded when it has failed, a completed entry when Redis has
     * confirmed the completion. An entry that no longer belonged to this consumer had no effect in the streams; its current consumer
     * records it.
     */
    private final class Visit extends SynchronizationAdapter {
        private final String stage;
        private final Instant startedAt = clock.instant();
        private final long startedNanos = System.nanoTime();

        Visit(String stage) {
            this.stage = stage;
        }

        @Override
        public void onDone(Exchange exchange) {
            long durationMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos);
            Optional<Throwable> failure = exchangeFailure(exchange);
            List<StageEntry> entries = EventRoutes.entries(exchange);
            if (failure.isPresent() && StreamCompletion.isSeparatedAfter(exchange, failure.get())) {
                return; // each entry now has a separate visit
            }
            for (StageEntry entry : entries) {
                Optional<Throwable> cause = failure.or(entry::failure);
                End end =
                        cause.map(known -> End.failed(exchange, entry, known)).orElseGet(() -> End.of(exchange, entry));
                EntryTraces.ended(
                        entry.span(),
                        stage,
                        entry.posts(),
                        end.outcome(),
                        end.isFailure(),
                        end.reason(),
                        end.provider(),
                        end.model());
                if (!enabled) {
                    continue;
                }
                List<TimelineRecord> records = records(entry, end, (int) Math.min(Integer.MAX_VALUE, durationMs));
                StreamCompletion.of(exchange, entry.message())
                        .filter(completion -> cause.isEmpty())
                        .ifPresentOrElse(
                                completion -> completion.onCompleted(() -> buffer.add(records)),
                                () -> buffer.add(records));
            }
        }

        /** Returns one record for each post of the entry's event; none for an event without posts. */
        private List<TimelineRecord> records(StageEntry entry, End end, int durationMs) {
            Optional<Event> event = entry.event();
            String reason = end.reason();
            return entry.posts().stream()
                    .map(post -> new TimelineRecord(
                            post,
                            stage,
                            end.outcome(),
                            reason == null ? null : reason.substring(0, Math.min(reason.length(), MAX_REASON)),
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
    }

    /** Returns why the whole exchange failed. */
    private static Optional<Throwable> exchangeFailure(Exchange exchange) {
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

    /** The outcome of an entry, as in {@link TimelineRecord}. */
    private record End(String outcome, String reason, String provider, String model) {
        boolean isFailure() {
            return FAILURES.contains(outcome);
        }

        static End of(Exchange exchange, StageEntry entry) {
            String skipReason = exchange.getProperty(EventRoutes.SKIP_REASON, String.class);
            if (skipReason != null && !skipReason.isBlank()) {
                return new End("skipped", skipReason, null, null);
            }
            if (entry.result().isPresent()) {
                return of(entry.result().get().outcome());
            }
            if (exchange.getMessage().getBody() instanceof Recorded recorded) {
                return of(recorded.outcome());
            }
            return Boolean.TRUE.equals(exchange.getProperty(ExchangePropertyKey.DUPLICATE_MESSAGE, Boolean.class))
                    ? new End("skipped", "duplicate", null, null)
                    : new End("done", null, null, null);
        }

        private static End of(StageOutcome outcome) {
            return new End(outcome.kind().text(), outcome.reason(), outcome.provider(), outcome.model());
        }

        static End failed(Exchange exchange, StageEntry entry, Throwable failure) {
            Throwable root =
                    ObjectHelper.createExceptionIterable(failure).iterator().next();
            String message = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
            return new End(isLast(exchange, entry, failure) ? "dead_lettered" : "retrying", message, null, null);
        }

        /** Returns whether this is the last delivery, by the same rule as in the redis-streams component. */
        private static boolean isLast(Exchange exchange, StageEntry entry, Throwable failure) {
            FailureKind kind = entry.failureKind(exchange, failure);
            int delivery = entry.message().getHeader(RedisStreamsConstants.DELIVERIES, 1, Integer.class);
            return kind == FailureKind.PERMANENT
                    || (kind == FailureKind.COUNTED
                            && exchange.getFromEndpoint() instanceof RedisStreamsEndpoint endpoint
                            && delivery >= endpoint.getConfiguration().getMaxDeliveries());
        }
    }
}
