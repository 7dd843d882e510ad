package routes.reconcile;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.hibernate.validator.constraints.time.DurationMin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.albums.AlbumProperties;
import routes.events.Event;
import routes.events.EventCodec;
import routes.events.TagSetVersion;
import routes.outbox.Outbox;
import routes.reconcile.PostsUnderWay.Known;
import routes.schedule.Job;

/**
 * Publishes posts again that are in no final state and have no event in flight. Such posts exist only if Redis has lost data. See
 * docs/decisions/0008-reconciler.md.
 */
@Component
public class Reconciler implements Job {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
    private static final int PAGE = 500;
    private static final int MAX_PAGES = PostsUnderWay.AT_MOST / PAGE;
    private static final int SWEPT = 20_000;

    /** Each repetition doubles the pause before the next one, up to this multiple of the first pause. */
    private static final int LONGEST_PAUSE = 64;

    private static final int TRANSACTION_SECONDS = 60;
    /** Maximum duration of a transaction that writes posts. */
    private static final Duration SETTLING = Duration.ofSeconds(60);

    /** @param after interval of the reconciler, and the minimum time without a change after which a stuck post is republished */
    @ConfigurationProperties("reconcile")
    record ReconcileProperties(@DefaultValue("10m") @DurationMin(seconds = 1) Duration after) {}

    /**
     * @param open posts that are in no final state, or whose index entry is older than their tags
     * @param published posts that were published again
     * @param underWay posts skipped because of an event in flight
     * @param dead posts skipped because of a dead letter
     * @param tooMuch whether too many events are in flight for a check; nothing was done
     */
    public record Counts(int open, int published, int underWay, int dead, boolean tooMuch) {}

    /**
     * The scope of a run.
     *
     * @param from first number of the posts in a final state whose tags are compared with the index
     * @param to last number of these posts
     * @param minAge minimum age of the posts, and minimum time since they were last published again
     * @param unchangedSince the posts have not changed since this time. It is as recent as possible, because counters, which are unrelated
     *     to the pipeline, change constantly
     */
    private record Scope(long from, long to, Duration minAge, OffsetDateTime unchangedSince) {}

    /** The lost event that explains the state of a post. */
    private enum Lost {
        /** The post was not tagged, or its tags were lost before they were stored. */
        PARSED,
        /** The tags are stored, but not indexed. */
        TAGGED,
        /** The pictures were not analysed, or the tags do not include the vision result. */
        UPLOADED,
        NOTHING
    }

    /**
     * A post that may be incomplete.
     *
     * @param number determines the processing order
     * @param contentVersion version of its text
     */
    private record OpenPost(UUID id, long number, long contentVersion, Lost lost) {}

    private final JdbcClient jdbc;
    private final PostsUnderWay underWay;
    private final LostEvents events;
    private final EventCodec codec;
    private final Outbox outbox;
    private final ReconcileProperties properties;
    private final TransactionTemplate transaction;
    private final Duration albumDeadline;
    private final Counter reconciled;
    private long sweptTo;

    Reconciler(
            JdbcClient jdbc,
            PostsUnderWay underWay,
            LostEvents events,
            EventCodec codec,
            Outbox outbox,
            ReconcileProperties properties,
            AlbumProperties albums,
            PlatformTransactionManager transactions,
            MeterRegistry metrics) {
        this.jdbc = jdbc;
        this.underWay = underWay;
        this.events = events;
        this.codec = codec;
        this.outbox = outbox;
        this.properties = properties;
        this.albumDeadline = albums.timeout();
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
        long from = sweptTo >= highestNumber() ? 0 : sweptTo;
        sweptTo = from + SWEPT;
        Duration wait = properties.after();
        // a transaction that changed a row before that time has committed by now, including its outbox entries
        Duration settling = wait.compareTo(SETTLING) < 0 ? wait : SETTLING;
        reconcile(new Scope(from + 1, sweptTo, wait, now().minus(settling)));
    }

    /** Checks all posts, regardless of their age and of when they were last published again. */
    public synchronized Counts runNow() {
        return reconcile(new Scope(1, highestNumber(), Duration.ZERO, now()));
    }

    private OffsetDateTime now() {
        return jdbc.sql("SELECT now()").query(OffsetDateTime.class).single();
    }

    private long highestNumber() {
        return jdbc.sql("SELECT coalesce(max(number), 0) FROM posts")
                .query(Long.class)
                .single();
    }

    private Counts reconcile(Scope scope) {
        if (page(0, scope).isEmpty() && openAlbums(scope).isEmpty()) {
            return new Counts(0, 0, 0, 0, false);
        }
        // before the pages are read: an event created later changes its row, or another process published it
        Optional<Known> known = underWay.look();
        if (known.isEmpty()) {
            LOG.info("The check for stuck posts waits until fewer than {} events are pending", PostsUnderWay.AT_MOST);
            return new Counts(0, 0, 0, 0, true);
        }
        Counts counts = publish(scope, known.get());
        reconciled.increment(counts.published());
        int albums = transaction.execute(status -> publishAlbums(scope, known.get()));
        if (albums > 0) {
            LOG.warn("{} albums were not assembled and had no pending event; they are republished", albums);
        }
        if (counts.published() > 0) {
            LOG.warn(
                    "{} posts were stuck without a pending event and are republished. Redis may have lost data, or a model returned no"
                            + " vectors",
                    counts.published());
        }
        return counts;
    }

    private Counts publish(Scope scope, Known known) {
        int open = 0;
        int published = 0;
        int underWayNow = 0;
        int dead = 0;
        long after = 0;
        for (int page = 0; page < MAX_PAGES; page++) {
            long from = after;
            List<OpenPost> looked = new ArrayList<>();
            published += transaction.execute(status -> {
                looked.addAll(page(from, scope));
                return publish(
                        looked.stream()
                                .filter(post -> !known.has(post.id(), post.contentVersion()))
                                .toList(),
                        scope.minAge());
            });
            for (OpenPost post : looked) {
                open += post.lost() == Lost.NOTHING ? 0 : 1;
                if (known.underWay().contains(post.id())) {
                    underWayNow++;
                } else if (known.has(post.id(), post.contentVersion())) {
                    dead++;
                }
            }
            if (looked.size() < PAGE) {
                break;
            }
            after = looked.get(PAGE - 1).number();
        }
        return new Counts(open, published, underWayNow, dead, false);
    }

    /** @param members posts of the album */
    private record OpenAlbum(long id, List<UUID> members) {}

    /**
     * Returns albums whose revision is not assembled, locked until the end of the transaction. Albums that wait for their deadline are
     * younger.
     */
    private List<OpenAlbum> openAlbums(Scope scope) {
        Duration deadline = scope.minAge().isZero() ? Duration.ZERO : albumDeadline;
        return jdbc.sql(
                        """
                        SELECT g.id, ARRAY(SELECT post_id FROM media_group_items i WHERE i.group_id = g.id) AS members
                        FROM media_groups g
                        WHERE g.assembled_revision < g.revision AND g.items_count > 0
                          AND g.updated_at < now() - make_interval(secs => :age) AND g.updated_at < :unchanged
                          AND (g.reconciled_at IS NULL OR g.reconciled_at < now()
                                - make_interval(secs => :wait * least(power(2, least(g.reconciliations - 1, 20)), :longest)))
                        ORDER BY g.id LIMIT :limit FOR UPDATE OF g SKIP LOCKED""")
                .param("age", seconds(scope.minAge().plus(deadline)))
                .param("unchanged", scope.unchangedSince())
                .param("wait", seconds(scope.minAge().plus(deadline)))
                .param("longest", LONGEST_PAUSE)
                .param("limit", PAGE)
                .query((row, number) -> new OpenAlbum(row.getLong("id"), List.of((UUID[])
                        row.getArray("members").getArray())))
                .list();
    }

    /** Publishes open albums again, and the pictures of their members. Pictures that are already analysed are not analysed again. */
    private int publishAlbums(Scope scope, Known known) {
        List<OpenAlbum> stuck = openAlbums(scope).stream()
                .filter(album -> album.members().stream().noneMatch(known.underWay()::contains))
                .toList();
        List<Long> ids = stuck.stream().map(OpenAlbum::id).toList();
        List<Event> again = new ArrayList<>(events.albums(ids));
        again.addAll(events.uploaded(
                stuck.stream().flatMap(album -> album.members().stream()).toList()));
        again.removeIf(event -> !isValid(event));
        outbox.append(again);
        jdbc.sql(
                        "UPDATE media_groups SET reconciled_at = now(), reconciliations = reconciliations + 1 WHERE id = ANY (?)")
                .param(ids.toArray(Long[]::new))
                .update();
        return stuck.size();
    }

    private int publish(List<OpenPost> stuck, Duration wait) {
        Map<UUID, Lost> lost = stuck.stream()
                .filter(post -> post.lost() != Lost.NOTHING)
                .collect(Collectors.toMap(OpenPost::id, OpenPost::lost));
        Map<Lost, List<UUID>> due = note(lost.keySet(), wait).stream().collect(Collectors.groupingBy(lost::get));
        List<Event> again = new ArrayList<>(events.parsed(due.getOrDefault(Lost.PARSED, List.of())));
        again.addAll(events.tagged(due.getOrDefault(Lost.TAGGED, List.of())));
        again.addAll(events.uploaded(due.getOrDefault(Lost.UPLOADED, List.of())));
        again.removeIf(event -> !isValid(event));
        outbox.append(again);
        return again.size();
    }

    /** Returns whether the event is valid. A single row written manually or by an older version must not block the others. */
    private boolean isValid(Event event) {
        try {
            codec.write(event);
            return true;
        } catch (IllegalStateException e) {
            LOG.warn("Cannot republish {}: {}", event.idempotencyKey(), e.getMessage());
            return false;
        }
    }

    /**
     * Returns the next posts in number order, locked until the end of the transaction. Skips posts locked by other transactions, which are
     * changing them.
     *
     * @param after number of the last post of the previous page
     */
    private List<OpenPost> page(long after, Scope scope) {
        return jdbc.sql(
                        """
                        -- each part by its index; in one condition they would read the whole table
                        WITH open AS MATERIALIZED (
                          SELECT id FROM posts WHERE tagging_status IN ('pending', 'retrying') AND number > :after
                          UNION
                          SELECT id FROM posts WHERE indexing_status IN ('pending', 'failed') AND number > :after
                          UNION
                          SELECT p.id FROM posts p
                          LEFT JOIN post_enrichment t ON t.post_id = p.id AND t.kind = 'tags'
                          LEFT JOIN post_enrichment v ON v.post_id = p.id AND v.kind = 'vision'
                          WHERE p.number BETWEEN :from AND :to AND p.number > :after
                            AND (t.post_id IS NULL
                              OR t.metadata ->> 'content_version' IS DISTINCT FROM p.index_state ->> 'content_version'
                              OR t.metadata ->> 'occurred_at' IS DISTINCT FROM p.index_state ->> 'occurred_at'
                              OR (t.metadata ->> 'content_version')::bigint < p.content_version
                              OR p.has_media AND (v.post_id IS NULL OR v.provider <> 'none'
                                  AND v.metadata ->> 'features_hash' IS DISTINCT FROM t.metadata ->> 'features_hash')))
                        SELECT p.id, p.number, p.content_version,
                               p.tagging_status IN ('pending', 'retrying') AS tagging_open,
                               p.indexing_status IN ('pending', 'failed') AS indexing_open,
                               EXISTS (SELECT FROM post_media_map m JOIN media_objects o USING (file_sha256)
                                       WHERE m.post_id = p.id AND o.tenant_id = p.tenant_id)
                                 AND (v.post_id IS NULL OR v.provider <> 'none'
                                   AND v.metadata ->> 'features_hash' IS DISTINCT FROM t.metadata ->> 'features_hash') AS vision_open,
                               t.metadata ->> 'content_version' AS stored_content,
                               t.metadata ->> 'vision_version' AS stored_vision, t.metadata ->> 'occurred_at' AS stored_at,
                               p.index_state ->> 'content_version' AS indexed_content,
                               p.index_state ->> 'vision_version' AS indexed_vision,
                               p.index_state ->> 'occurred_at' AS indexed_at
                        FROM open
                        JOIN posts p ON p.id = open.id
                        LEFT JOIN post_enrichment t ON t.post_id = p.id AND t.kind = 'tags'
                        LEFT JOIN post_enrichment v ON v.post_id = p.id AND v.kind = 'vision'
                        LEFT JOIN post_reconciliations r ON r.post_id = p.id
                        WHERE NOT p.is_deleted AND (p.expires_at IS NULL OR p.expires_at > now())
                          AND p.created_at < now() - make_interval(secs => :wait) AND p.updated_at < :unchanged
                          AND (r.post_id IS NULL OR r.reconciled_at < now()
                                - make_interval(secs => :wait * least(power(2, least(r.times - 1, 20)), :longest)))
                        ORDER BY p.number LIMIT :limit
                        FOR UPDATE OF p SKIP LOCKED
                        """)
                .param("after", after)
                .param("wait", seconds(scope.minAge()))
                .param("unchanged", scope.unchangedSince())
                .param("longest", LONGEST_PAUSE)
                .param("from", scope.from())
                .param("to", scope.to())
                .param("limit", PAGE)
                .query((row, number) -> new OpenPost(
                        row.getObject("id", UUID.class),
                        row.getLong("number"),
                        row.getLong("content_version"),
                        lost(row)))
                .list();
    }

    private static Lost lost(ResultSet row) throws SQLException {
        TagSetVersion stored = version(row, "stored");
        if (row.getBoolean("tagging_open")
                || stored == null
                || stored.contentVersion() < row.getLong("content_version")) {
            return Lost.PARSED;
        }
        TagSetVersion indexed = version(row, "indexed");
        if (row.getBoolean("indexing_open") || indexed == null || stored.isNewerThan(indexed)) {
            return Lost.TAGGED;
        }
        return row.getBoolean("vision_open") ? Lost.UPLOADED : Lost.NOTHING;
    }

    /** Returns the version of the stored or indexed tags; null if there are none. */
    private static TagSetVersion version(ResultSet row, String of) throws SQLException {
        String occurredAt = row.getString(of + "_at");
        return occurredAt == null
                ? null
                : TagSetVersion.of(
                        row.getLong(of + "_content"), row.getString(of + "_vision"), Instant.parse(occurredAt));
    }

    /**
     * Records that these posts are published again. The counter restarts for posts that were in a final state for a long time.
     *
     * @return the posts that no other process has published in the meantime
     */
    private List<UUID> note(Collection<UUID> ids, Duration wait) {
        return jdbc.sql(
                        """
                        INSERT INTO post_reconciliations (post_id, times, reconciled_at)
                        SELECT id, 1, now() FROM unnest(:ids) AS id
                        ON CONFLICT (post_id) DO UPDATE SET reconciled_at = now(),
                            times = CASE WHEN post_reconciliations.reconciled_at < now() - make_interval(secs => :reset)
                                         THEN 1 ELSE post_reconciliations.times + 1 END
                        WHERE post_reconciliations.reconciled_at < now() - make_interval(secs => :wait)
                        RETURNING post_id
                        """)
                .param("ids", ids.toArray(UUID[]::new))
                .param("wait", seconds(wait))
                .param("reset", 2 * LONGEST_PAUSE * seconds(wait))
                .query(UUID.class)
                .list();
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1000.0;
    }
}
