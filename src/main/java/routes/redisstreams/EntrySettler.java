package routes.redisstreams;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.event.Level;
import routes.redis.Script;
import routes.redis.StreamGroup;
import routes.redisstreams.HeldEntries.Delivery;

/** Decides the outcome of a processed entry and submits it to Redis. */
record EntrySettler(
        StreamGroup group,
        String routeId,
        int maxDeliveries,
        Backoff backoff,
        HeldEntries held,
        CompletionWriter writer,
        OutcomeCounter outcomes) {
    private static final Logger LOG = LoggerFactory.getLogger(EntrySettler.class);
    private static final int MAX_ERROR_LENGTH = 2000;

    /** Acknowledges an entry and publishes what its exchange recorded. */
    void complete(Delivery delivery) {
        StreamEntry entry = delivery.entry();
        StreamCompletion completion = delivery.completion();
        completion.close();
        held.available(entry);
        submitCompletion(entry, completion, answer -> {
            switch (status(answer)) {
                case 1 -> {
                    settled(entry, Outcome.COMPLETED);
                    completion.callbacks().forEach(Runnable::run);
                }
                case -1 ->
                    fail(
                            delivery,
                            new IllegalStateException(
                                    "Cannot publish: the Redis key " + answer.get(1) + " is not a stream"),
                            FailureKind.COUNTED);
                case -3 ->
                    // the next delivery finds the key set
                    fail(
                            delivery,
                            new IllegalStateException(
                                    answer.get(1) + " was marked as done by another consumer in the meantime"),
                            FailureKind.UNCOUNTED);
                default -> settled(entry, Outcome.STALE);
            }
        });
    }

    /** Processes the entries of a failed batch one by one, immediately and within the same delivery. */
    void separate(List<Delivery> batch, Throwable cause) {
        LOG.debug("A batch failed: its {} entries of {} are processed one by one", batch.size(), group, cause);
        batch.forEach(delivery -> delivery.completion().close());
        held.separate(batch.stream().map(Delivery::entry).toList());
    }

    /** Redelivers an entry after a backoff, or makes it a dead letter. */
    void fail(Delivery delivery, Throwable cause, FailureKind named) {
        StreamEntry entry = delivery.entry();
        delivery.completion().close();
        FailureKind kind = named;
        switch (named) {
            case UNAVAILABLE -> kind = held.unavailable(entry, cause) ? named : FailureKind.COUNTED;
            case UNCOUNTED -> held.inconclusive(entry);
            default -> held.available(entry);
        }
        boolean counted = kind == FailureKind.COUNTED;
        if (kind == FailureKind.PERMANENT || (counted && entry.delivery() >= maxDeliveries)) {
            deadLetter(delivery, cause);
            return;
        }
        // during an outage, the probes are delayed instead
        boolean outage = kind == FailureKind.UNAVAILABLE;
        if (!outage) {
            logFailure(entry, cause, counted);
        }
        Duration delay = backoff.delay(outage ? 1 : entry.failures() + 1);
        List<String> leases = delivery.completion().leaseKeys();
        List<String> arguments = Script.arguments(
                entry.id(),
                entry.inDeathRecord(),
                counted ? entry.delivery() + 1 : entry.delivery(),
                leases.size(),
                owners(delivery.completion(), leases));
        submit(Scripts.FAIL, entry, leases, arguments, answer -> {
            if (status(answer) == 1) {
                held.park(entry, delay, named != FailureKind.UNCOUNTED);
                outcomes.count(Outcome.FAILED);
            } else {
                settled(entry, Outcome.STALE);
            }
        });
    }

    /** Logs the first failure of an entry as a warning, repetitions at a lower level. An outage has separate log lines. */
    private void logFailure(StreamEntry entry, Throwable cause, boolean counted) {
        Throwable root = rootOf(cause);
        String reason = root.getMessage() == null ? "" : ": " + root.getMessage();
        try (var traced = traced(entry)) {
            // waiting for a resource in use is normal
            Level first = counted ? Level.WARN : Level.DEBUG;
            LOG.atLevel(entry.failures() == 0 && held.isOpen() ? first : Level.DEBUG)
                    .log(
                            "Delivery {} of entry {} failed in route {}, group {}: {}{}. It is delivered again{}",
                            entry.delivery(),
                            describe(entry),
                            routeId,
                            group.group(),
                            root.getClass().getSimpleName(),
                            reason,
                            counted ? " (at most " + maxDeliveries + " deliveries)" : "");
        }
    }

    private String describe(StreamEntry entry) {
        return entry.id() + outcomes.describe(entry.fields()) + " of stream " + group.stream();
    }

    /** Adds the entry's trace id to log lines, as in the route. */
    private static MDC.MDCCloseable traced(StreamEntry entry) {
        return MDC.putCloseable(
                "trace_id", entry.fields() == null ? null : entry.fields().get("trace_id"));
    }

    void deadLetter(Delivery delivery, Throwable cause) {
        StreamEntry entry = delivery.entry();
        delivery.completion().close();
        held.inconclusive(entry);
        Map<String, String> report = report(entry, rootOf(cause));
        List<String> leases = delivery.completion().leaseKeys();
        List<String> keys = new ArrayList<>(List.of(group.deadLetterKey()));
        keys.addAll(leases);
        List<String> arguments = Script.arguments(
                entry.id(), leases.size(), owners(delivery.completion(), leases), 2 * report.size(), report);
        submit(Scripts.DEAD_LETTER, entry, keys, arguments, answer -> {
            switch (status(answer)) {
                case 1 -> {
                    settled(entry, Outcome.DEAD_LETTERED);
                    if (cause instanceof ProcessDeathException) {
                        outcomes.unprocessed(entry.id(), entry.fields(), Outcome.DEAD_LETTERED);
                    }
                    try (var traced = traced(entry)) {
                        LOG.error(
                                "Entry {} became a dead letter in group {}, route {}, after delivery {}: {}: {}. The dead letter"
                                        + " is entry {} of {}",
                                describe(entry),
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
                            "Cannot write the dead letter of entry {}: the Redis key {} is not a stream. Rename or delete"
                                    + " that key; the component retries until it succeeds",
                            describe(entry),
                            answer.get(1));
                    fail(delivery, cause, FailureKind.UNCOUNTED);
                }
                default -> settled(entry, Outcome.STALE);
            }
        });
    }

    private void settled(StreamEntry entry, Outcome outcome) {
        held.settled(entry);
        outcomes.count(outcome);
    }

    /**
     * Submits an entry's part of a script call. The leading keys and arguments are common to all entries of a consumer.
     *
     * @param keys keys of this part
     * @param arguments arguments of this part
     */
    private void submit(
            Script script,
            StreamEntry entry,
            List<String> keys,
            List<String> arguments,
            Consumer<List<Object>> onAnswer) {
        List<String> common = script == Scripts.DEAD_LETTER
                ? List.of(group.key(), group.deaths(), group.deadLetters())
                : List.of(group.key(), group.deaths());
        var call = new Script.Call(script, common, List.of(group.group(), entry.consumer()));
        writer.submit(new CompletionWriter.Part(call, keys, arguments), held.isWaiting(), onAnswer);
    }

    private void submitCompletion(StreamEntry entry, StreamCompletion completion, Consumer<List<Object>> onAnswer) {
        var done = completion.done();
        List<String> leases = completion.leaseKeys();
        List<StreamCompletion.Output> outputs = completion.outputs();
        List<String> keys = new ArrayList<>(done.keySet());
        keys.addAll(leases);
        outputs.forEach(output -> keys.add(output.key()));
        submit(
                Scripts.COMPLETE,
                entry,
                keys,
                Script.arguments(
                        entry.id(),
                        entry.inDeathRecord(),
                        done.size(),
                        leases.size(),
                        outputs.size(),
                        done.values().stream()
                                .map(mark -> List.of(mark.value(), mark.timeToLive(), mark.evenIfDone()))
                                .toList(),
                        owners(completion, leases),
                        outputs.stream()
                                .map(output -> List.of(2 * output.fields().size(), output.fields()))
                                .toList()),
                onAnswer);
    }

    private static List<String> owners(StreamCompletion completion, List<String> leases) {
        return Collections.nCopies(leases.size(), completion.owner());
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

    private static int status(List<Object> answer) {
        return ((Long) answer.get(0)).intValue();
    }
}
