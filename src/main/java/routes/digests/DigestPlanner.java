package routes.digests;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import routes.digests.DigestSchedule.Slot;
import routes.digests.DigestSettingsTable.Due;
import routes.schedule.Job;

/**
 * Plans the digests that are due; the job {@code digests}. Stores each digest with its event in one transaction. The unique key of user
 * and period ensures exactly one digest per period, even with two concurrent runs. If several times passed without a run, only the last
 * one is planned.
 */
@Component
public record DigestPlanner(
        DigestSettingsTable settings,
        DigestTable digests,
        DigestProperties properties,
        MeterRegistry metrics,
        Clock clock)
        implements Job {
    private static final Logger LOG = LoggerFactory.getLogger(DigestPlanner.class);
    /** Maximum number of digests per run; the next run continues. */
    private static final int MOST = 500;

    /** Delay until the next attempt for a user whose digest could not be planned. */
    private static final Duration PAUSE = Duration.ofMinutes(15);

    public DigestPlanner {
        List.of("success", "failed").forEach(status -> metrics.counter("digests.planned", "status", status));
    }

    private void count(String status) {
        metrics.counter("digests.planned", "status", status).increment();
    }

    @Override
    public String name() {
        return "digests";
    }

    /** @throws IllegalStateException after all other digests were planned, if some could not be planned */
    @Override
    public void run() {
        Instant now = clock.instant();
        digests.askAgain(now, MOST);
        int failed = 0;
        for (Due due : settings.due(now, MOST)) {
            try {
                plan(due, now);
            } catch (RuntimeException e) {
                failed++;
                count("failed");
                LOG.warn("Cannot schedule the digest of user {}; retrying later: {}", due.userId(), e.toString());
                LOG.debug("Cannot schedule the digest of user {}", due.userId(), e);
                settings.nextDue(due.userId(), now.plus(PAUSE));
            }
        }
        if (failed > 0) {
            throw new IllegalStateException(failed + " digests could not be scheduled");
        }
    }

    private void plan(Due due, Instant now) {
        DigestSchedule schedule = settings.read(due.userId()).schedule();
        Slot slot = schedule.last(now);
        if (slot.at().isAfter(due.scheduleSince())) {
            Instant from = start(due.userId(), schedule, slot.at());
            if (digests.schedule(due.userId(), due.tenantId(), slot, from, now)) {
                count("success");
            }
            digests.prune(due.userId(), now.minus(properties.keepFor()));
        }
        // last: if the run ends before this, it is repeated, and then finds the digest of the period
        settings.nextDue(due.userId(), schedule.next(now).at());
    }

    /**
     * Requests a digest of the posts since the last scheduled digest.
     *
     * @param from start of the posts instead, at the latest now; null for the default
     * @return id of the digest, or of an earlier requested digest that is still in progress
     */
    public long ask(long userId, UUID tenantId, Instant from) {
        Instant now = clock.instant();
        DigestSchedule schedule = settings.read(userId).schedule();
        Instant since = from == null ? start(userId, schedule, now) : from.isBefore(now) ? from : now;
        return digests.ask(userId, tenantId, LocalDate.ofInstant(now, schedule.zone()), since, now);
    }

    /** Returns the start of the posts of a digest: the end of the previous digest. */
    private Instant start(long userId, DigestSchedule schedule, Instant end) {
        return digests.lastScheduled(userId)
                .filter(last -> last.isBefore(end))
                .orElseGet(() -> schedule.oneBefore(end));
    }
}
