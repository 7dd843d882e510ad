package routes.reconcile;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.Event;
import routes.events.EventCodec;
import routes.outbox.Outbox;
import routes.reconcile.OpenPosts.Lost;
import routes.reconcile.OpenPosts.OpenPost;
import routes.reconcile.OpenPosts.Sweep;
import routes.reconcile.PostsUnderWay.Known;
import routes.schedule.Job;

/**
 * Publishes posts again that are in no final state and have nothing under way. Only a Redis that lost data leaves such posts. See
 * docs/decisions/0008-reconciler.md.
 */
@Component
public class Reconciler implements Job {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
    private static final int PAGE = 500;
    private static final int MAX_PAGES = PostsUnderWay.AT_MOST / PAGE;
    private static final int SWEPT = 20_000;
    private static final int TRANSACTION_SECONDS = 60;
    /** Maximum duration of a transaction that writes posts. */
    private static final Duration SETTLING = Duration.ofSeconds(60);

    /**
     * Result of a run.
     *
     * @param open posts that are in no final state, or whose index entry is older than their tags
     * @param published those that were published again
     * @param underWay those skipped because an event about them is under way
     * @param dead those skipped because the event about them is a dead letter
     * @param tooMuch too many events are under way to check; nothing was done
     */
    public record Counts(int open, int published, int underWay, int dead, boolean tooMuch) {}

    private final OpenPosts posts;
    private final PostsUnderWay underWay;
    private final LostEvents events;
    private final EventCodec codec;
    private final Outbox outbox;
    private final ReconcileProperties properties;
    private final TransactionTemplate transaction;
    private final Counter reconciled;
    private long sweptTo;

    Reconciler(
            OpenPosts posts,
            PostsUnderWay underWay,
            LostEvents events,
            EventCodec codec,
            Outbox outbox,
            ReconcileProperties properties,
            PlatformTransactionManager transactions,
            MeterRegistry metrics) {
        this.posts = posts;
        this.underWay = underWay;
        this.events = events;
        this.codec = codec;
        this.outbox = outbox;
        this.properties = properties;
        transaction = new TransactionTemplate(transactions);
        transaction.setTimeout(TRANSACTION_SECONDS);
        reconciled = metrics.counter("posts.reconciled");
    }

    @Override
    public String name() {
        return "reconcile";
    }

    @Override
    public synchronized void run() {
        reconcile(properties.after(), settling(), nextSweep());
    }

    /** Checks all posts, regardless of their age and of when they were last published again. */
    public synchronized Counts runNow() {
        return reconcile(Duration.ZERO, Duration.ZERO, new Sweep(1, posts.highestNumber()));
    }

    private Counts reconcile(Duration wait, Duration settling, Sweep sweep) {
        OffsetDateTime unchangedSince = posts.now().minus(settling);
        if (posts.page(0, sweep, wait, unchangedSince, PAGE).isEmpty()) {
            return new Counts(0, 0, 0, 0, false);
        }
        // before the pages are read: an event that appears later changes its row, or another process published it
        Optional<Known> known = underWay.look();
        if (known.isEmpty()) {
            LOG.info("Posts that may be stuck are looked for when fewer than {} events wait", PostsUnderWay.AT_MOST);
            return new Counts(0, 0, 0, 0, true);
        }
        Counts counts = publish(sweep, wait, unchangedSince, known.get());
        reconciled.increment(counts.published());
        if (counts.published() > 0) {
            LOG.warn(
                    "{} posts were stuck with nothing under way and are published again: has Redis lost data?",
                    counts.published());
        }
        return counts;
    }

    /** A transaction that changed a row before then has committed before we look, including its outbox entries. */
    private Duration settling() {
        return properties.after().compareTo(SETTLING) < 0 ? properties.after() : SETTLING;
    }

    private Sweep nextSweep() {
        long highest = posts.highestNumber();
        long from = sweptTo >= highest ? 0 : sweptTo;
        sweptTo = from + SWEPT;
        return new Sweep(from + 1, sweptTo);
    }

    private Counts publish(Sweep sweep, Duration wait, OffsetDateTime unchangedSince, Known known) {
        int open = 0;
        int published = 0;
        int underWayNow = 0;
        int dead = 0;
        long after = 0;
        for (int page = 0; page < MAX_PAGES; page++) {
            long from = after;
            List<OpenPost> looked = new ArrayList<>();
            published += transaction.execute(status -> {
                looked.addAll(posts.page(from, sweep, wait, unchangedSince, PAGE));
                return publish(looked.stream().filter(post -> !known.has(post)).toList(), wait);
            });
            for (OpenPost post : looked) {
                open += post.lost() == Lost.NOTHING ? 0 : 1;
                underWayNow += known.underWay().contains(post.id()) ? 1 : 0;
                dead += known.has(post) && !known.underWay().contains(post.id()) ? 1 : 0;
            }
            if (looked.size() < PAGE) {
                break;
            }
            after = looked.get(PAGE - 1).number();
        }
        return new Counts(open, published, underWayNow, dead, false);
    }

    private int publish(List<OpenPost> stuck, Duration wait) {
        Map<UUID, Lost> lost = stuck.stream()
                .filter(post -> post.lost() != Lost.NOTHING)
                .collect(Collectors.toMap(OpenPost::id, OpenPost::lost));
        Map<Lost, List<UUID>> due = posts.note(lost.keySet(), wait).stream().collect(Collectors.groupingBy(lost::get));
        List<Event> again = new ArrayList<>(events.parsed(due.getOrDefault(Lost.PARSED, List.of())));
        again.addAll(events.tagged(due.getOrDefault(Lost.TAGGED, List.of())));
        again.removeIf(event -> !isValid(event));
        outbox.append(again);
        return again.size();
    }

    /** One row written by hand or by an older version must not block the others. */
    private boolean isValid(Event event) {
        try {
            codec.write(event);
            return true;
        } catch (IllegalStateException e) {
            LOG.warn("{} cannot be published again: {}", event.idempotencyKey(), e.getMessage());
            return false;
        }
    }
}
