package routes.timeline;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.util.ObjectHelper;
import routes.events.AlbumAssembled;
import routes.events.AlbumParsed;
import routes.events.Event;
import routes.events.EventRoutes;
import routes.events.PostEnriched;
import routes.events.PostEvent;
import routes.events.PostIndexed;
import routes.events.PostParsed;
import routes.events.PostTagged;
import routes.events.Recorded;
import routes.events.StageOutcome;
import routes.events.VisionAnalyzed;
import routes.redisstreams.FailureKind;
import routes.redisstreams.Outcome;
import routes.redisstreams.RedisStreamsConstants;
import routes.redisstreams.RedisStreamsEndpoint;

/** Reads from an exchange that has ended what became of its event. */
public final class StageRecords {
    private static final int MAX_REASON = 300;
    private static final Pattern POST_ID = Pattern.compile(
            "\"?post_id\"?\\s*[:=]\\s*\"?([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})");

    private record End(String outcome, String reason, String provider, String model) {
        static End of(StageOutcome outcome) {
            return new End(outcome.kind().text(), outcome.reason(), null, null);
        }

        static End done(String provider, String model) {
            return new End("done", null, provider, model);
        }
    }

    private StageRecords() {}

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

    /** One record for each post of the event; none for an event about no post. */
    static List<TimelineRecord> of(
            String stage, Exchange exchange, Optional<Throwable> failure, Instant startedAt, int durationMs) {
        End end = failure.map(cause -> failed(exchange, cause)).orElseGet(() -> ended(exchange));
        Event event = exchange.getProperty(EventRoutes.EVENT, Event.class);
        String entryId = exchange.getMessage().getHeader(RedisStreamsConstants.MESSAGE_ID, String.class);
        return posts(event, exchange).stream()
                .map(post -> new TimelineRecord(
                        post,
                        stage,
                        end.outcome(),
                        shortened(end.reason()),
                        end.provider(),
                        end.model(),
                        entryId,
                        exchange.getMessage().getHeader(RedisStreamsConstants.DELIVERIES, Integer.class),
                        contentVersion(event),
                        exchange.getProperty(EventRoutes.TRIGGER, String.class),
                        startedAt,
                        durationMs,
                        event == null ? null : event.traceId()))
                .toList();
    }

    /** An entry without an exchange. Of one that is gone, an earlier record must tell whose it was. */
    static TimelineRecord unprocessed(
            String stage, String entryId, Map<String, String> fields, Outcome outcome, Instant now) {
        boolean lost = outcome == Outcome.LOST_ENTRY;
        return new TimelineRecord(
                postIn(fields).orElse(null),
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

    private static End failed(Exchange exchange, Throwable failure) {
        Throwable root =
                ObjectHelper.createExceptionIterable(failure).iterator().next();
        String message = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        return new End(isLast(exchange, failure) ? "dead_lettered" : "retrying", message, null, null);
    }

    /** As the component decides it. */
    private static boolean isLast(Exchange exchange, Throwable failure) {
        FailureKind kind = FailureKind.of(exchange, failure);
        int delivery = exchange.getMessage().getHeader(RedisStreamsConstants.DELIVERIES, 1, Integer.class);
        return kind == FailureKind.PERMANENT
                || (kind == FailureKind.COUNTED
                        && exchange.getFromEndpoint() instanceof RedisStreamsEndpoint endpoint
                        && delivery >= endpoint.getConfiguration().getMaxDeliveries());
    }

    private static End ended(Exchange exchange) {
        String skipReason = exchange.getProperty(EventRoutes.SKIP_REASON, String.class);
        if (skipReason != null && !skipReason.isBlank()) {
            return new End("skipped", skipReason, null, null);
        }
        Event written = exchange.getProperty(EventRoutes.WRITTEN, Event.class);
        if (written != null) {
            return published(written);
        }
        StageOutcome outcome = exchange.getProperty(EventRoutes.OUTCOME, StageOutcome.class);
        if (outcome != null) {
            return End.of(outcome);
        }
        if (exchange.getMessage().getBody() instanceof Recorded recorded) {
            return End.of(recorded.outcome());
        }
        return Boolean.TRUE.equals(exchange.getProperty(ExchangePropertyKey.DUPLICATE_MESSAGE, Boolean.class))
                ? new End("skipped", "duplicate", null, null)
                : End.done(null, null);
    }

    private static End published(Event event) {
        if (event instanceof PostTagged tagged) {
            Object reason = tagged.metadata() == null ? null : tagged.metadata().get("reason");
            String outcome = reason == null ? "done" : reason.equals("tagging_failed") ? "failed" : "skipped";
            return new End(outcome, reason == null ? null : reason.toString(), tagged.provider(), tagged.model());
        } else if (event instanceof PostEnriched enriched && Boolean.TRUE.equals(enriched.skipped())) {
            return new End("skipped", enriched.skipReason(), null, null);
        } else if (event instanceof VisionAnalyzed analyzed) {
            boolean seen = analyzed.vision() != null;
            return new End(
                    Boolean.TRUE.equals(analyzed.skipped()) ? "skipped" : "done",
                    analyzed.skipReasons() == null || analyzed.skipReasons().isEmpty()
                            ? null
                            : analyzed.skipReasons().get(0).reason(),
                    seen ? analyzed.vision().provider() : null,
                    seen ? analyzed.vision().model() : null);
        }
        return End.done(event instanceof PostIndexed indexed ? indexed.embeddingProvider() : null, null);
    }

    private static List<UUID> posts(Event event, Exchange exchange) {
        if (event instanceof PostEvent about) {
            return List.of(about.postId());
        } else if (event instanceof AlbumParsed album) {
            return album.postIds();
        } else if (event instanceof AlbumAssembled album) {
            return album.postIds();
        }
        // an entry that could not be read as an event may still name its post
        return event == null && exchange.getMessage().getBody() instanceof Map<?, ?> fields
                ? postIn(fields).stream().toList()
                : List.of();
    }

    /** The post that an entry names, whatever form the entry has. */
    public static Optional<UUID> postIn(Map<?, ?> fields) {
        Matcher named = POST_ID.matcher(String.valueOf(fields));
        return named.find() ? Optional.of(UUID.fromString(named.group(1))) : Optional.empty();
    }

    private static Long contentVersion(Event event) {
        if (event instanceof PostParsed parsed) {
            return parsed.contentVersion();
        } else if (event instanceof PostTagged tagged) {
            return tagged.contentVersion();
        }
        return event instanceof PostEnriched enriched ? enriched.contentVersion() : null;
    }

    private static String shortened(String reason) {
        return reason == null ? null : reason.substring(0, Math.min(reason.length(), MAX_REASON));
    }
}
