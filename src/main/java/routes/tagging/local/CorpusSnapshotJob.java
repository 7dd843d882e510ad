package routes.tagging.local;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import routes.schedule.Job;
import routes.tagging.local.CorpusSnapshotTable.CountedPost;
import routes.tagging.local.CorpusSnapshotTable.Newest;
import routes.text.TextAnalysis;

/**
 * Counts word frequencies in the stored posts and records them for the local tagger, once the corpus has grown enough. Two
 * concurrent runs would only record the same snapshot twice.
 */
@Component
class CorpusSnapshotJob implements Job {
    private static final Logger LOG = LoggerFactory.getLogger(CorpusSnapshotJob.class);
    private static final int PAGE = 500;
    /** Number of snapshots kept, to reproduce the tags of recent posts. */
    private static final int KEEP = 5;
    /** About a megabyte of JSON; dropped stems are rare and count as unseen. */
    private static final int MAX_STEMS = 50_000;
    /** New posts required for a new snapshot, as a fraction of those in the last one: fewer change a logarithm too little. */
    private static final double GROWTH = 0.1;

    private final CorpusSnapshotTable table;
    private final CorpusSnapshots snapshots;
    private final TextAnalysis analysis;
    private final CorpusProperties properties;

    CorpusSnapshotJob(
            CorpusSnapshotTable table, CorpusSnapshots snapshots, TextAnalysis analysis, CorpusProperties properties) {
        this.table = table;
        this.snapshots = snapshots;
        this.analysis = analysis;
        this.properties = properties;
    }

    @Override
    public String name() {
        return "corpus-snapshot";
    }

    @Override
    public void run() throws InterruptedException {
        Newest last = table.newest().orElse(new Newest(0, 0, 0));
        long needed = Math.max(properties.snapshotMinPosts(), (long) Math.ceil(GROWTH * last.documents()));
        long fresh = table.newer(last.newestNumber(), needed);
        if (fresh < needed) {
            LOG.debug("No corpus snapshot: {} new posts of {} that it takes", fresh, needed);
            return;
        }
        CorpusCount count = new CorpusCount(analysis);
        long newest = count(count);
        CorpusSnapshot snapshot = count.snapshot(MAX_STEMS);
        long id = table.record(snapshot, newest);
        table.prune(KEEP);
        snapshots.recorded();
        LOG.info(
                "Corpus snapshot {}: {} posts, {} words",
                id,
                snapshot.documents(),
                snapshot.frequencies().size());
    }

    /** @return number of the newest post counted */
    private long count(CorpusCount count) throws InterruptedException {
        long newest = 0;
        long before = Long.MAX_VALUE;
        int last = PAGE;
        while (last == PAGE && count.documents() < properties.snapshotMaxPosts()) {
            if (Thread.interrupted()) {
                throw new InterruptedException("Counting was interrupted; nothing is recorded");
            }
            int wanted = (int) Math.min(PAGE, properties.snapshotMaxPosts() - count.documents());
            List<CountedPost> page = table.page(before, LocalTagger.MAX_READ, wanted);
            for (CountedPost post : page) {
                count.add(post.text());
                newest = Math.max(newest, post.number());
                before = post.number();
            }
            last = page.size();
        }
        return newest;
    }
}
