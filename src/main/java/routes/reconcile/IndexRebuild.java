package routes.reconcile;

import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.Event;
import routes.outbox.Outbox;
import routes.vectorindex.IndexGenerations;

/**
 * Rebuilds the vector index, and on demand the graph, from the database: publishes events of posts through the outbox to the indexing
 * stage. Detects a lost index at start. The position is stored with the events of each page, so that a rebuild continues after a crash.
 */
@Component
public class IndexRebuild implements DisposableBean {
    private static final Logger LOG = LoggerFactory.getLogger(IndexRebuild.class);
    private static final int PAGE = 500;
    /** Maximum number of published posts that are not indexed yet; the others wait in the database. */
    private static final int AHEAD = 20_000;

    private static final int TRANSACTION_SECONDS = 60;
    private static final long PAUSE_MILLIS = 500;
    private static final long PAUSE_AFTER_FAILURE_MILLIS = 5_000;

    /**
     * A rebuild in progress.
     *
     * @param reason reason of the rebuild
     * @param published number of posts published again
     * @param indexed number of these posts that are indexed again
     * @param total number of posts to publish; an estimate if only the posts missing from the index are published
     * @param publishing false when all posts are published and only indexing remains
     */
    public record Progress(String reason, long published, long indexed, long total, boolean publishing) {
        @Override
        public String toString() {
            return "the index is being rebuilt (%s): %d of %d posts"
                    .formatted(reason, indexed, Math.max(total, published));
        }
    }

    private record Row(
            String identity,
            String replaces,
            String reason,
            boolean fromEmpty,
            long position,
            long lastNumber,
            long published,
            long total,
            OffsetDateTime startedAt) {

        boolean isUnderWay() {
            return reason != null;
        }
    }

    private record Candidate(UUID id, UUID tenantId, long number, boolean tagged) {}

    private final JdbcClient jdbc;
    private final IndexGenerations index;
    private final LostEvents events;
    private final Outbox outbox;
    private final TransactionTemplate transaction;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "index-rebuild");
    private volatile Progress progress;

    IndexRebuild(
            JdbcClient jdbc,
            IndexGenerations index,
            LostEvents events,
            Outbox outbox,
            PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.index = index;
        this.events = events;
        this.outbox = outbox;
        transaction = new TransactionTemplate(transactions);
        transaction.setTimeout(TRANSACTION_SECONDS);
    }

    /**
     * Decides whether a rebuild is needed. Must be called at start, before anything is indexed. A rebuild on demand fills a new generation
     * next to the index that is searched; an index of another database is cleared.
     *
     * @param wanted whether to rebuild everything, regardless of the state of the index
     */
    public void prepare(boolean wanted) {
        Optional<Row> known = row();
        if (wanted) {
            begin("--reindex", true);
        } else {
            lost(known).ifPresent(reason -> {
                LOG.warn("The vector index {}; rebuilding it from the database in the background", reason);
                begin(reason, known.filter(Row::isUnderWay).map(Row::fromEmpty).orElse(false));
            });
        }
        Row row = row().orElseGet(() -> {
            jdbc.sql("INSERT INTO vector_index (identity) VALUES (?)")
                    .param(index.identity().orElseGet(() -> UUID.randomUUID().toString()))
                    .update();
            return row().orElseThrow();
        });
        transaction.executeWithoutResult(status -> {
            Row locked = locked();
            if (locked.replaces() != null && index.identity().equals(Optional.of(locked.replaces()))) {
                beginGeneration(locked);
                return;
            }
            if (!locked.isUnderWay()) {
                index.drop();
            }
            boolean isNamed = index.identity().equals(Optional.of(locked.identity()));
            boolean foreign = index.count() > 0 && index.identity().isPresent();
            if (!isNamed && (foreign || (locked.isUnderWay() && locked.fromEmpty() && locked.position() == 0))) {
                index.clear();
            }
            if (!isNamed) {
                index.identify(locked.identity());
            }
        });
        progress = progress(row);
    }

    /** Starts a generation. Posts numbered after its start are written to both generations; posts before it must be published again. */
    private void beginGeneration(Row row) {
        if (!index.nextIdentity().equals(Optional.of(row.identity()))) {
            index.begin(row.identity());
            jdbc.sql("UPDATE vector_index SET last_number = (SELECT coalesce(max(number), 0) FROM posts)")
                    .update();
        }
    }

    /** Publishes the posts that {@link #prepare} found missing, in the background. */
    public void start() {
        if (progress != null) {
            LOG.info("{}", progress);
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Returns empty when the index is complete. */
    public Optional<Progress> progress() {
        return Optional.ofNullable(progress);
    }

    /** Returns whether the rebuild can proceed: posts remain to be published, or all are indexed and the end is due. */
    public boolean hasWork() {
        return progress != null
                && row().map(this::progress)
                        .filter(now -> now.publishing() || now.indexed() >= now.published())
                        .isPresent();
    }

    /** Returns why the index cannot be the index that was filled from this database. */
    private Optional<String> lost(Optional<Row> known) {
        Optional<Row> underWay = known.filter(Row::isUnderWay);
        Optional<String> filled = underWay.filter(row -> row.replaces() != null).isPresent()
                ? index.nextIdentity().or(index::identity)
                : index.identity();
        if (underWay.isPresent() && (underWay.get().position() == 0 || filled.equals(underWay.map(Row::identity)))) {
            return Optional.empty(); // the rebuild continues
        }
        long indexed = jdbc.sql("SELECT count(*) FROM posts WHERE indexing_status = 'indexed' AND NOT is_deleted")
                .query(Long.class)
                .single();
        long held = index.count();
        Optional<String> identity = index.identity();
        if (identity.isPresent() && identity.equals(known.map(Row::replaces))) {
            return Optional.of("lost the generation of an unfinished rebuild");
        } else if (identity.isPresent() && !identity.equals(known.map(Row::identity))) {
            return Optional.of("belongs to another database");
        } else if (known.isPresent() && identity.isEmpty()) {
            return Optional.of("was lost")
                    .filter(reason -> indexed > 0 || known.get().isUnderWay());
        }
        return held < indexed ? Optional.of("contains %d of %d posts".formatted(held, indexed)) : Optional.empty();
    }

    /** Locks the row: of the processes that use one index, only one at a time clears it or publishes a page. */
    private Row locked() {
        return jdbc.sql("SELECT * FROM vector_index FOR UPDATE")
                .query(Row.class)
                .single();
    }

    private Optional<Row> row() {
        return jdbc.sql("SELECT * FROM vector_index").query(Row.class).optional();
    }

    /**
     * Begins a rebuild. An index that lacks only some posts keeps its name. If all posts are to be published, an index of this database is
     * kept until another generation replaces it; {@link #prepare} clears any other index.
     */
    private void begin(String reason, boolean fromEmpty) {
        Optional<String> own = index.identity().filter(identity -> row().filter(
                        row -> identity.equals(row.identity()) || identity.equals(row.replaces()))
                .isPresent());
        Optional<String> kept = own.filter(identity -> !fromEmpty);
        Optional<String> replaces = own.filter(identity -> fromEmpty && index.count() > 0);
        jdbc.sql(
                        """
                        INSERT INTO vector_index (identity, replaces, reason, from_empty, last_number, total)
                        SELECT :identity, :replaces, :reason, :empty, coalesce(max(number), 0),
                               greatest(0, count(*) FILTER (WHERE :empty OR indexing_status = 'indexed') - :held)
                        FROM posts WHERE NOT is_deleted
                        ON CONFLICT (only_one) DO UPDATE SET identity = excluded.identity, replaces = excluded.replaces,
                            reason = excluded.reason, from_empty = excluded.from_empty, position = 0,
                            last_number = excluded.last_number, published = 0, total = excluded.total, started_at = now()
                        """)
                .param("identity", kept.orElseGet(() -> UUID.randomUUID().toString()))
                .param("replaces", replaces.orElse(null), Types.VARCHAR)
                .param("reason", reason)
                .param("empty", fromEmpty)
                .param("held", fromEmpty ? 0 : index.count())
                .update();
    }

    private void run() {
        boolean failing = false;
        long pause = 0;
        try {
            while (progress != null && !stop.await(pause, TimeUnit.MILLISECONDS)) {
                try {
                    pause = step() ? 0 : PAUSE_MILLIS;
                    failing = false;
                } catch (RuntimeException e) {
                    if (!failing) {
                        LOG.warn(
                                "The rebuild of the index is paused until the database and the index are available: {}",
                                NestedExceptionUtils.getMostSpecificCause(e).getMessage());
                    }
                    failing = true;
                    pause = PAUSE_AFTER_FAILURE_MILLIS;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return whether the next step can run at once */
    private boolean step() {
        Row row = row().orElseThrow();
        progress = progress(row);
        if (progress == null) {
            return true;
        }
        if (row.position() < row.lastNumber()) {
            if (progress.published() - progress.indexed() > AHEAD) {
                return false;
            }
            transaction.executeWithoutResult(status -> publish(row));
            return true;
        }
        if (progress.indexed() < progress.published()) {
            return false;
        }
        transaction.executeWithoutResult(status -> {
            if (locked().replaces() != null) {
                index.promote();
            }
            jdbc.sql("UPDATE vector_index SET reason = NULL, replaces = NULL").update();
        });
        progress = null;
        LOG.info(
                "The index was rebuilt: {} posts in {} s",
                row.published(),
                Duration.between(row.startedAt().toInstant(), Instant.now()).toSeconds());
        return true;
    }

    private void publish(Row row) {
        if (locked().position() != row.position()) {
            return; // another process has published this page
        }
        List<Candidate> page = jdbc.sql(
                        """
                        SELECT p.id, p.tenant_id, p.number, t.post_id IS NOT NULL AS tagged FROM posts p
                        LEFT JOIN post_enrichment t ON t.post_id = p.id AND t.kind = 'tags'
                        WHERE p.number > :position AND p.number <= :last AND NOT p.is_deleted
                          AND (:empty OR p.indexing_status = 'indexed')
                          -- what is on its way to its first tags is indexed when it has them
                          AND (t.post_id IS NOT NULL OR p.tagging_status NOT IN ('pending', 'retrying'))
                        ORDER BY p.number LIMIT :limit FOR UPDATE OF p
                        """)
                .param("position", row.position())
                .param("last", row.lastNumber())
                .param("empty", row.fromEmpty())
                .param("limit", PAGE)
                .query(Candidate.class)
                .list();
        List<Candidate> missing = page.stream()
                .filter(post -> row.fromEmpty()
                        || index.find(post.tenantId(), post.id()).isEmpty())
                .toList();
        List<UUID> ids = missing.stream().map(Candidate::id).toList();
        jdbc.sql(
                        """
                        UPDATE posts SET indexing_status = 'pending', updated_at = now(),
                            index_state = CASE WHEN :empty THEN index_state - 'vector' - 'graph' ELSE index_state - 'vector' END
                        WHERE id = ANY (:ids)
                        """)
                .param("empty", row.fromEmpty())
                .param("ids", ids.toArray(UUID[]::new))
                .update();
        List<Event> again = new ArrayList<>(events.enriched(ids));
        again.addAll(events.parsed(missing.stream()
                .filter(post -> !post.tagged())
                .map(Candidate::id)
                .toList()));
        outbox.append(again);
        jdbc.sql("UPDATE vector_index SET position = :position, published = published + :published")
                .param(
                        "position",
                        page.size() < PAGE
                                ? row.lastNumber()
                                : page.get(PAGE - 1).number())
                .param("published", ids.size())
                .update();
    }

    private Progress progress(Row row) {
        if (!row.isUnderWay()) {
            return null;
        }
        long open = jdbc.sql(
                        """
                        SELECT count(*) FROM posts p WHERE indexing_status = 'pending' AND number <= :position AND NOT is_deleted
                          AND (tagging_status NOT IN ('pending', 'retrying')
                               OR EXISTS (SELECT 1 FROM post_enrichment t WHERE t.post_id = p.id AND t.kind = 'tags'))
                        """)
                .param("position", row.position())
                .query(Long.class)
                .single();
        return new Progress(
                row.reason(),
                row.published(),
                Math.max(0, row.published() - open),
                row.total(),
                row.position() < row.lastNumber());
    }

    @Override
    public void destroy() throws InterruptedException {
        stop.countDown();
        thread.join(PAUSE_AFTER_FAILURE_MILLIS);
    }
}
