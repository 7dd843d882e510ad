package routes.tagging.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.events.Json;
import routes.schedule.Job;
import routes.text.TextAnalysis;

/**
 * The corpus snapshots of the local tagger, in the table {@code corpus_snapshots}. The job counts word frequencies in the stored
 * posts and stores a snapshot when the corpus has grown sufficiently. Two concurrent runs would store the same snapshot twice,
 * which is harmless.
 */
@Component
public class CorpusSnapshots implements Job {
    private static final Logger LOG = LoggerFactory.getLogger(CorpusSnapshots.class);
    /** Time for which a snapshot is used before the table is checked for a newer one of another process. */
    private static final Duration KEPT = Duration.ofMinutes(1);

    private static final int PAGE = 500;
    /** Number of snapshots to keep, so that the tags of recent posts can be reproduced. */
    private static final int KEEP = 5;
    /** About a megabyte of JSON. Dropped stems are rare and count as unseen. */
    private static final int MAX_STEMS = 50_000;
    /** Growth required for a new snapshot, as a fraction of the posts in the last one. Less growth changes a logarithm too little. */
    private static final double GROWTH = 0.1;

    /** Condition for posts to count: not deleted and not empty. */
    private static final String COUNTED = " NOT is_deleted AND (content <> '' OR attachment_text IS NOT NULL) ";

    private static final TypeReference<Map<String, Long>> FREQUENCIES = new TypeReference<>() {};

    /** @param number {@code posts.number} */
    record CountedPost(long number, String text) {}

    /** @param newestNumber {@code posts.number} of the newest post counted */
    record Newest(long id, long documents, long newestNumber) {}

    private final JdbcClient jdbc;
    private final TextAnalysis analysis;
    private final CorpusProperties properties;
    private final ObjectMapper json = Json.newMapper();
    private final LoadingCache<Boolean, CorpusSnapshot> cache;
    private volatile CorpusSnapshot last = CorpusSnapshot.EMPTY;

    CorpusSnapshots(JdbcClient jdbc, TextAnalysis analysis, CorpusProperties properties, Clock clock) {
        this.jdbc = jdbc;
        this.analysis = analysis;
        this.properties = properties;
        this.cache = Caffeine.newBuilder()
                .expireAfterWrite(KEPT)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .build(only -> load());
    }

    /**
     * Returns the newest stored snapshot, at most {@link #KEPT} old; the empty snapshot if none is stored yet.
     *
     * @throws org.springframework.dao.DataAccessException if the table must be read and the database is unavailable; retry later
     */
    public CorpusSnapshot current() {
        return cache.get(true);
    }

    private CorpusSnapshot load() {
        last = newest().map(newest -> last.id() != null && last.id() == newest.id()
                        ? last
                        : find(newest.id()).orElse(last)) // removed in the meantime
                .orElse(CorpusSnapshot.EMPTY);
        return last;
    }

    /** Reads the row without the frequencies, which can be a megabyte. */
    private Optional<Newest> newest() {
        return jdbc.sql("SELECT id, documents, newest_number FROM corpus_snapshots ORDER BY id DESC LIMIT 1")
                .query(Newest.class)
                .optional();
    }

    private Optional<CorpusSnapshot> find(long id) {
        return jdbc.sql("SELECT documents, frequencies::text AS frequencies FROM corpus_snapshots WHERE id = ?")
                .param(id)
                .query((row, number) ->
                        new CorpusSnapshot(id, row.getLong("documents"), read(row.getString("frequencies"))))
                .optional();
    }

    private Map<String, Long> read(String frequencies) {
        try {
            return json.readValue(frequencies, FREQUENCIES);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot read a corpus snapshot", e);
        }
    }

    @Override
    public String name() {
        return "corpus-snapshot";
    }

    @Override
    public void run() throws InterruptedException {
        Newest previous = newest().orElse(new Newest(0, 0, 0));
        long needed = Math.max(properties.snapshotMinPosts(), (long) Math.ceil(GROWTH * previous.documents()));
        long fresh = newer(previous.newestNumber(), needed);
        if (fresh < needed) {
            LOG.debug("No new corpus snapshot: {} new posts, {} are required", fresh, needed);
            return;
        }
        CorpusSnapshot.Count count = new CorpusSnapshot.Count(analysis);
        long newest = count(count);
        CorpusSnapshot snapshot = count.snapshot(MAX_STEMS);
        long id = record(snapshot, newest);
        LOG.info(
                "Corpus snapshot {}: {} posts, {} words",
                id,
                snapshot.documents(),
                snapshot.frequencies().size());
    }

    /** Returns the number of posts newer than this one, up to a limit. */
    private long newer(long number, long limit) {
        return jdbc.sql("SELECT count(*) FROM (SELECT FROM posts WHERE number > ? AND" + COUNTED + "LIMIT ?) AS newer")
                .params(number, limit)
                .query(Long.class)
                .single();
    }

    /**
     * Counts the posts from the newest to the oldest.
     *
     * @return {@code posts.number} of the newest post
     */
    private long count(CorpusSnapshot.Count count) throws InterruptedException {
        long newest = 0;
        long before = Long.MAX_VALUE;
        List<CountedPost> page;
        do {
            if (Thread.interrupted()) {
                throw new InterruptedException("The word count was interrupted; no corpus snapshot was stored");
            }
            page = page(before, Math.min(PAGE, properties.snapshotMaxPosts() - count.documents()));
            for (CountedPost post : page) {
                count.add(post.text());
                newest = Math.max(newest, post.number());
                before = post.number();
            }
        } while (page.size() == PAGE && count.documents() < properties.snapshotMaxPosts());
        return newest;
    }

    /** @param before {@code posts.number} of the last post of the previous page */
    private List<CountedPost> page(long before, long limit) {
        return jdbc.sql("SELECT number, left(concat_ws(E'\\n', content, attachment_text), ?) AS text"
                        + " FROM posts WHERE number < ? AND" + COUNTED + "ORDER BY number DESC LIMIT ?")
                .params(LocalTagger.MAX_READ, before, limit)
                .query(CountedPost.class)
                .list();
    }

    /**
     * Adds a snapshot and removes all but the newest.
     *
     * @return id of the snapshot
     */
    long record(CorpusSnapshot snapshot, long newestNumber) {
        long id = jdbc.sql(
                        """
                        INSERT INTO corpus_snapshots (documents, frequencies, newest_number) VALUES (?, ?::jsonb, ?) RETURNING id
                        """)
                .params(
                        snapshot.documents(),
                        json.valueToTree(snapshot.frequencies()).toString(),
                        newestNumber)
                .query(Long.class)
                .single();
        jdbc.sql(
                        """
                        DELETE FROM corpus_snapshots
                        WHERE id < (SELECT min(id) FROM (SELECT id FROM corpus_snapshots ORDER BY id DESC LIMIT ?) AS kept)
                        """)
                .param(KEEP)
                .update();
        cache.invalidateAll();
        return id;
    }
}
