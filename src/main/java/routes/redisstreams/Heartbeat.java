package routes.redisstreams;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews what a consumer holds, so that it is not considered abandoned: its name, its entries in flight and parked, and the
 * leases of its exchanges.
 */
final class Heartbeat implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);
    private static final int PAGE = 500;
    private static final String FRESH = "0";

    private final RedisLink link;
    private final StreamGroup group;
    private final ConsumerName name;
    private final HeldEntries held;
    private final Duration entryPeriod;
    private long lastEntriesNanos;

    /** @param entryPeriod how often entries are renewed; the name is renewed at every run */
    Heartbeat(RedisLink link, StreamGroup group, ConsumerName name, HeldEntries held, Duration entryPeriod) {
        this.link = link;
        this.group = group;
        this.name = name;
        this.held = held;
        this.entryPeriod = entryPeriod;
        this.lastEntriesNanos = System.nanoTime();
    }

    @Override
    public void run() {
        try {
            name.renew();
            if (System.nanoTime() - lastEntriesNanos >= entryPeriod.toNanos()) {
                lastEntriesNanos = System.nanoTime();
                renewEntries();
            }
        } catch (RuntimeException e) {
            // the reader reports that Redis is unavailable; the next beat retries
            LOG.debug("{}: heartbeat failed", group, e);
        }
    }

    private void renewEntries() {
        Map<String, List<Delivery>> byConsumer = held.all().stream()
                .collect(Collectors.groupingBy(entry -> entry.entry().consumer()));
        byConsumer.forEach((consumer, entries) -> {
            for (int from = 0; from < entries.size(); from += PAGE) {
                renew(consumer, entries.subList(from, Math.min(from + PAGE, entries.size())));
            }
        });
    }

    private void renew(String consumer, List<Delivery> entries) {
        List<String> keys = new ArrayList<>(List.of(group.key()));
        List<String> arguments =
                new ArrayList<>(List.of(group.group(), consumer, FRESH, Integer.toString(entries.size())));
        entries.forEach(entry -> arguments.add(entry.entry().id()));
        for (Delivery entry : entries) {
            if (entry.completion() != null) {
                entry.completion().leases().forEach((lease, timeToLive) -> {
                    keys.add(lease);
                    arguments.add(entry.completion().owner());
                    arguments.add(Long.toString(timeToLive.toMillis()));
                });
            }
        }
        List<Object> gone = link.run(new ScriptCall(Script.RENEW, keys, arguments));
        held.forget(gone.stream().map(String.class::cast).toList());
    }
}
