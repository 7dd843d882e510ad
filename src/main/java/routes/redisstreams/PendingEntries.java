package routes.redisstreams;

import io.lettuce.core.Consumer;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.models.stream.PendingMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.redis.RedisLink;
import routes.redis.StreamAdmin;
import routes.redis.StreamGroup;
import routes.redisstreams.HeldEntries.Delivery;

/**
 * Fetches entries that are already pending: the consumer's own entries that it does not hold, parked entries that are due, and idle
 * entries of other consumers. Only the reader's thread uses this class, except where noted.
 */
final class PendingEntries {
    private static final Logger LOG = LoggerFactory.getLogger(PendingEntries.class);

    /** How long the death record of an entry is kept if the entry is not seen again. */
    private static final Duration DEATHS_KEPT = Duration.ofDays(7);

    private static final int PAGE = 500;
    private static final String SCAN_START = "0-0";

    private final RedisLink link;
    private final StreamGroup group;
    private final ConsumerName name;
    private final HeldEntries held;
    private final OutcomeCounter outcomes;
    private final Duration claimMinIdle;
    private String claimCursor = SCAN_START;
    private String ownCursor;

    PendingEntries(
            RedisLink link,
            StreamGroup group,
            ConsumerName name,
            HeldEntries held,
            OutcomeCounter outcomes,
            Duration claimMinIdle) {
        this.link = link;
        this.group = group;
        this.name = name;
        this.held = held;
        this.outcomes = outcomes;
        this.claimMinIdle = claimMinIdle;
    }

    /** Restarts the scan of own pending entries. */
    void startOwn() {
        ownCursor = SCAN_START;
    }

    /** Returns whether the scan of own pending entries is unfinished. */
    boolean ownLeft() {
        return ownCursor != null;
    }

    /** Fetches own pending entries that are not held; examines at most the given number. */
    void takeOwn(String consumer, int atMost) {
        List<String> ids = ownIds(consumer, ownCursor, atMost);
        take(consumer, ids.stream().filter(id -> !held.holds(id)).toList(), name.formerDied(), Map.of());
        if (ids.size() < atMost) {
            ownCursor = null;
            name.formerDeathDealtWith();
        } else {
            ownCursor = ids.get(ids.size() - 1);
        }
    }

    /** Redelivers parked entries that are due. */
    void takeDue(int atMost) {
        Map<String, Map<String, StreamEntry>> byConsumer = held.due(atMost).stream()
                .collect(Collectors.groupingBy(
                        StreamEntry::consumer, Collectors.toMap(StreamEntry::id, Function.identity())));
        byConsumer.forEach((consumer, parked) -> take(consumer, List.copyOf(parked.keySet()), false, parked));
    }

    /**
     * Runs one step of a scan for idle entries and claims at most the given number.
     *
     * @return whether the scan is complete
     */
    boolean claim(String consumer, int atMost) {
        List<String> consumers = new StreamAdmin(link).consumers(group);
        List<String> keys = new ArrayList<>(List.of(group.key(), group.deaths()));
        consumers.forEach(name -> keys.add(group.nameLease(name)));
        List<Object> answer = link.run(
                Scripts.CLAIM,
                keys,
                group.group(),
                consumer,
                claimMinIdle,
                claimCursor,
                atMost,
                DEATHS_KEPT,
                consumers);
        claimCursor = (String) answer.get(0);
        lost((Long) answer.get(1));
        List<String> claimed = strings(answer.get(2));
        outcomes.count(Outcome.CLAIMED, claimed.size());
        List<String> ids = new ArrayList<>(claimed);
        strings(answer.get(3)).stream().filter(id -> !held.holds(id)).forEach(ids::add);
        take(consumer, ids, false, Map.of());
        return claimCursor.equals(SCAN_START);
    }

    /** Releases own pending entries that are not held: other consumers may claim them without waiting for them to become idle. */
    void letGo(String consumer) {
        String cursor = SCAN_START;
        List<String> ids;
        do {
            ids = ownIds(consumer, cursor, PAGE);
            List<String> unheld = ids.stream().filter(id -> !held.holds(id)).toList();
            link.run(Scripts.RENEW, List.of(group.key()), group.group(), consumer, claimMinIdle, unheld.size(), unheld);
            cursor = ids.isEmpty() ? cursor : ids.get(ids.size() - 1);
        } while (ids.size() == PAGE);
    }

    /** Renews the held entries, so that they do not become idle, and the leases of their exchanges. Thread-safe. */
    void renewHeld() {
        Map<String, List<Delivery>> byConsumer = held.all().stream()
                .collect(Collectors.groupingBy(delivery -> delivery.entry().consumer()));
        byConsumer.forEach((consumer, deliveries) -> {
            for (int from = 0; from < deliveries.size(); from += PAGE) {
                renew(consumer, deliveries.subList(from, Math.min(from + PAGE, deliveries.size())));
            }
        });
    }

    private void renew(String consumer, List<Delivery> deliveries) {
        List<String> ids =
                deliveries.stream().map(delivery -> delivery.entry().id()).toList();
        List<String> keys = new ArrayList<>(List.of(group.key()));
        List<Object> leases = new ArrayList<>();
        for (Delivery delivery : deliveries) {
            if (delivery.completion() != null) {
                delivery.completion().leases().forEach((lease, timeToLive) -> {
                    keys.add(lease);
                    leases.addAll(List.of(delivery.completion().owner(), timeToLive));
                });
            }
        }
        List<Object> gone =
                link.run(Scripts.RENEW, keys, group.group(), consumer, Duration.ZERO, ids.size(), ids, leases);
        held.forget(strings(gone));
    }

    /** Returns the ids pending for a consumer, after the cursor. */
    private List<String> ownIds(String consumer, String cursor, int atMost) {
        Range<String> range = Range.from(Range.Boundary.excluding(cursor), Range.Boundary.unbounded());
        return link
                .call(commands -> commands.xpending(
                        group.key(), Consumer.from(group.group(), consumer), range, Limit.from(atMost)))
                .stream()
                .map(PendingMessage::getId)
                .toList();
    }

    private void take(String consumer, List<String> ids, boolean afterDeath, Map<String, StreamEntry> parked) {
        if (ids.isEmpty()) {
            return;
        }
        List<Object> answer = link.run(
                Scripts.TAKE,
                List.of(group.key(), group.deaths()),
                group.group(),
                consumer,
                afterDeath,
                DEATHS_KEPT,
                ids);
        List<String> lost = strings(answer.get(0));
        lost(lost.size());
        lost.forEach(id -> outcomes.unprocessed(id, Map.of(), Outcome.LOST_ENTRY));
        List<String> gone = new ArrayList<>(ids);
        for (Object row : answer.subList(1, answer.size())) {
            StreamEntry entry = entry(consumer, (List<?>) row, parked);
            gone.remove(entry.id());
            held.offer(List.of(entry));
        }
        held.forget(gone);
    }

    private void lost(long entries) {
        if (entries > 0) {
            outcomes.count(Outcome.LOST_ENTRY, entries);
            LOG.warn(
                    "{} pending entries of {} were deleted or trimmed before they were processed; acknowledged",
                    entries,
                    group);
        }
    }

    private static StreamEntry entry(String consumer, List<?> row, Map<String, StreamEntry> parked) {
        String id = (String) row.get(0);
        List<String> flat = strings(row.get(3));
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 0; i < flat.size(); i += 2) {
            fields.put(flat.get(i), flat.get(i + 1));
        }
        StreamEntry before = parked.get(id);
        return new StreamEntry(
                id,
                consumer,
                ((Long) row.get(1)).intValue(),
                ((Long) row.get(2)).intValue(),
                before == null ? 0 : before.failures(),
                false,
                fields);
    }

    private static List<String> strings(Object list) {
        return ((List<?>) list).stream().map(String.class::cast).toList();
    }
}
