package routes.redisstreams;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.event.Level;

/** Decides the outcome of a processed entry and submits it to Redis. */
final class EntrySettler {
    private static final Logger LOG = LoggerFactory.getLogger(EntrySettler.class);
    private static final int MAX_ERROR_LENGTH = 2000;

    private final StreamGroup group;
    private final String routeId;
    private final int maxDeliveries;
    private final Backoff backoff;
    private final HeldEntries held;
    private final CompletionWriter writer;
    private final OutcomeCounter outcomes;

    EntrySettler(
            StreamGroup group,
            String routeId,
            int maxDeliveries,
            Backoff backoff,
            HeldEntries held,
            CompletionWriter writer,
            OutcomeCounter outcomes) {
        this.group = group;
        this.routeId = routeId;
        this.maxDeliveries = maxDeliveries;
        this.backoff = backoff;
        this.held = held;
        this.writer = writer;
        this.outcomes = outcomes;
    }

    /** Acknowledges an entry and publishes what its exchange recorded. */
    void complete(Delivery delivery) {
        StreamEntry entry = delivery.entry();
        StreamCompletion completion = delivery.completion();
        completion.close();
        held.available(entry);
        submit(completeCall(delivery), answer -> {
            switch (status(answer)) {
                case 1 -> {
                    settled(entry, Outcome.COMPLETED);
                    completion.callbacks().forEach(Runnable::run);
                }
                case -1 ->
                    fail(
                            delivery,
                            new IllegalStateException("Cannot publish: the Redis key " + answer.get(1)
                                    + " holds something else than a stream"),
                            FailureKind.COUNTED);
                case -3 ->
                    // the next delivery finds it done
                    fail(
                            delivery,
                            new IllegalStateException(answer.get(1) + " was done by somebody else meanwhile"),
                            FailureKind.UNCOUNTED);
                default -> settled(entry, Outcome.STALE);
            }
        });
    }

    /** Has the entries of a failed batch processed one by one, immediately and within the same delivery. */
    void separate(List<Delivery> batch, Throwable cause) {
        LOG.debug("{} entries of {} are processed one by one, since their batch failed", batch.size(), group, cause);
        batch.forEach(delivery -> delivery.completion().close());
        held.separate(batch.stream().map(Delivery::entry).toList());
    }

    /** Redelivers an entry after a back-off, or makes it a dead letter. */
    void fail(Delivery delivery, Throwable cause, FailureKind named) {
        StreamEntry entry = delivery.entry();
        delivery.completion().close();
        FailureKind kind = named;
        switch (named) {
            case UNAVAILABLE -> kind = held.unavailable(entry, cause) ? named : FailureKind.COUNTED;
            case UNCOUNTED -> held.inconclusive(entry);
            default -> held.available(entry);
        }
        boolean last =
                kind == FailureKind.PERMANENT || (kind == FailureKind.COUNTED && entry.delivery() >= maxDeliveries);
        if (last) {
            deadLetter(delivery, cause);
            return;
        }
        logFailure(entry, cause, kind);
        FailureKind taken = kind;
        int next = kind == FailureKind.COUNTED ? entry.delivery() + 1 : entry.delivery();
        submit(failCall(delivery, next), answer -> {
            if (status(answer) == 1) {
                // during an outage the probes back off instead
                held.park(entry, backoff.delay(taken == FailureKind.UNAVAILABLE ? 1 : entry.failures() + 1));
                outcomes.count(Outcome.FAILED);
            } else {
                settled(entry, Outcome.STALE);
            }
        });
    }

    /** Only the first failure of an entry is a warning, not its repetitions; an outage has its own log lines. */
    private void logFailure(StreamEntry entry, Throwable cause, FailureKind kind) {
        if (kind == FailureKind.UNAVAILABLE) {
            return;
        }
        boolean first = entry.failures() == 0 && held.isOpen();
        try (var traced = traced(entry)) {
            LOG.atLevel(first ? Level.WARN : Level.DEBUG)
                    .log(
                            "Delivery {} of entry {}{} of stream {} failed in route {} of group {}: {}. It is delivered again{}",
                            entry.delivery(),
                            entry.id(),
                            outcomes.describe(entry.fields()),
                            group.stream(),
                            routeId,
                            group.group(),
                            text(rootOf(cause)),
                            kind == FailureKind.COUNTED ? ", " + maxDeliveries + " times at most" : "");
        }
    }

    /** Log lines about an entry carry its trace id, like those of the route. */
    private static MDC.MDCCloseable traced(StreamEntry entry) {
        return MDC.putCloseable(
                "trace_id", entry.fields() == null ? null : entry.fields().get("trace_id"));
    }

    private static String text(Throwable root) {
        return root.getMessage() == null
                ? root.getClass().getSimpleName()
                : root.getClass().getSimpleName() + ": " + root.getMessage();
    }

    void deadLetter(Delivery delivery, Throwable cause) {
        StreamEntry entry = delivery.entry();
        delivery.completion().close();
        held.inconclusive(entry);
        Map<String, String> report = report(entry, rootOf(cause));
        submit(deadLetterCall(delivery, report), answer -> {
            switch (status(answer)) {
                case 1 -> {
                    settled(entry, Outcome.DEAD_LETTERED);
                    if (cause instanceof ProcessDeathException) {
                        outcomes.unprocessed(entry.id(), entry.fields(), Outcome.DEAD_LETTERED);
                    }
                    try (var traced = traced(entry)) {
                        LOG.error(
                                "Entry {}{} of stream {} is a dead letter of group {}, route {}, after delivery {}: {}: {}. It is entry {} of {}",
                                entry.id(),
                                outcomes.describe(entry.fields()),
                                group.stream(),
                                group.group(),
                                routeId,
                                entry.delivery(),
                                report.get("dlq_error_class"),
                                report.get("dlq_error"),
                                answer.get(1),
                                group.deadLetterKey());
                    }
                }
                case 2 -> settled(entry, Outcome.LOST_ENTRY);
                case -1 -> {
                    LOG.error(
                            "Entry {} of stream {} cannot become a dead letter: the Redis key {} holds something else than a"
                                    + " stream. It is tried again; move that key away",
                            entry.id(),
                            group.stream(),
                            answer.get(1));
                    fail(delivery, cause, FailureKind.UNCOUNTED);
                }
                default -> settled(entry, Outcome.STALE);
            }
        });
    }

    private void submit(ScriptCall.Part part, Consumer<List<Object>> onAnswer) {
        writer.submit(part, held.isWaiting(), onAnswer);
    }

    private void settled(StreamEntry entry, Outcome outcome) {
        held.settled(entry);
        outcomes.count(outcome);
    }

    /** The keys and arguments common to all entries of a consumer. */
    private ScriptCall common(Script script, StreamEntry entry) {
        List<String> keys = script == Script.DEAD_LETTER
                ? List.of(group.key(), group.deathBook(), group.deadLetterBook())
                : List.of(group.key(), group.deathBook());
        return new ScriptCall(script, keys, List.of(group.group(), entry.consumer()));
    }

    private ScriptCall.Part completeCall(Delivery delivery) {
        StreamCompletion completion = delivery.completion();
        Map<String, StreamCompletion.Done> done = completion.done();
        Map<String, ?> leases = completion.leases();
        List<StreamCompletion.Output> outputs = completion.outputs();
        List<String> keys = new ArrayList<>(done.keySet());
        keys.addAll(leases.keySet());
        outputs.forEach(output -> keys.add(output.key()));
        List<String> arguments = new ArrayList<>(List.of(
                delivery.entry().id(),
                delivery.entry().inDeathRecord() ? "1" : "0",
                Integer.toString(done.size()),
                Integer.toString(leases.size()),
                Integer.toString(outputs.size())));
        done.values().forEach(mark -> {
            arguments.add(mark.value());
            arguments.add(Long.toString(mark.timeToLive().toMillis()));
            arguments.add(mark.evenIfDone() ? "1" : "0");
        });
        leases.keySet().forEach(lease -> arguments.add(completion.owner()));
        outputs.forEach(output -> {
            arguments.add(Integer.toString(2 * output.fields().size()));
            flatten(output.fields(), arguments);
        });
        return new ScriptCall.Part(common(Script.COMPLETE, delivery.entry()), keys, arguments);
    }

    private ScriptCall.Part failCall(Delivery delivery, int nextDelivery) {
        StreamCompletion completion = delivery.completion();
        Map<String, ?> leases = completion.leases();
        List<String> arguments = new ArrayList<>(List.of(
                delivery.entry().id(),
                delivery.entry().inDeathRecord() ? "1" : "0",
                Integer.toString(nextDelivery),
                Integer.toString(leases.size())));
        leases.keySet().forEach(lease -> arguments.add(completion.owner()));
        return new ScriptCall.Part(common(Script.FAIL, delivery.entry()), List.copyOf(leases.keySet()), arguments);
    }

    private ScriptCall.Part deadLetterCall(Delivery delivery, Map<String, String> report) {
        StreamCompletion completion = delivery.completion();
        Map<String, ?> leases = completion.leases();
        List<String> keys = new ArrayList<>(List.of(group.deadLetterKey()));
        keys.addAll(leases.keySet());
        List<String> arguments = new ArrayList<>(List.of(delivery.entry().id(), Integer.toString(leases.size())));
        leases.keySet().forEach(lease -> arguments.add(completion.owner()));
        arguments.add(Integer.toString(2 * report.size()));
        flatten(report, arguments);
        return new ScriptCall.Part(common(Script.DEAD_LETTER, delivery.entry()), keys, arguments);
    }

    private Map<String, String> report(StreamEntry entry, Throwable root) {
        String message = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        Map<String, String> report = new LinkedHashMap<>();
        report.put("dlq_original_stream", group.key());
        report.put("dlq_original_message_id", entry.id());
        report.put("dlq_group", group.group());
        report.put("dlq_consumer", entry.consumer());
        report.put("dlq_deliveries", Integer.toString(entry.delivery()));
        report.put("dlq_error", message.substring(0, Math.min(message.length(), MAX_ERROR_LENGTH)));
        report.put("dlq_error_class", root.getClass().getName());
        report.put("dlq_route_id", routeId);
        report.put("dlq_failed_at", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
        return report;
    }

    private static Throwable rootOf(Throwable cause) {
        return ObjectHelper.createExceptionIterable(cause).iterator().next();
    }

    private static void flatten(Map<String, String> fields, List<String> into) {
        fields.forEach((field, value) -> {
            into.add(field);
            into.add(value);
        });
    }

    private static int status(List<Object> answer) {
        return ((Long) answer.get(0)).intValue();
    }
}
