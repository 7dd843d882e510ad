package routes.vectorindex.lucene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene912.Lucene912Codec;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.IOConsumer;
import org.apache.lucene.util.IORunnable;

/**
 * Group commit: one thread applies the writes of all callers and makes them durable together. Only this thread uses the index
 * writer, so that a commit adds one segment. With several writing threads, each would add a segment with its own fsyncs.
 *
 * <p>If a commit fails, its writes are discarded and the failure is reported to their callers. A new index writer continues from
 * the last commit, so that a temporary failure such as a full disk does not stop indexing until a restart.
 */
final class IndexWriting implements AutoCloseable {

    private record Pending(IOConsumer<IndexWriter> write, CompletableFuture<Void> done) {}

    /**
     * Number of segments that are merged into one of the next level. With 20, a search is a fifth slower, because it looks up each
     * term in each segment, and writing is not measurably faster; see docs/performance.md.
     */
    private static final int SEGMENTS_PER_MERGE = 8;

    private final Directory directory;
    private final IndexProperties properties;
    private final KnnVectorsFormat vectors;
    /** Runs after every commit, before the waiting callers continue. */
    private final IORunnable committed;

    private final Thread thread = new Thread(this::run, "vector-index-commit");
    private List<Pending> waiting = new ArrayList<>();
    private boolean closed;

    /** Used only by the commit thread, as is the next field. */
    private IndexWriter writer;

    private long lastCommit;

    /** @param commitData user data of the first commit of a new folder */
    IndexWriting(
            Directory directory,
            Map<String, String> commitData,
            IndexProperties properties,
            KnnVectorsFormat vectors,
            IORunnable committed)
            throws IOException {
        boolean isNew = !DirectoryReader.indexExists(directory);
        this.directory = directory;
        this.properties = properties;
        this.vectors = vectors;
        this.lastCommit = System.nanoTime() - properties.commitPause().toNanos();
        this.committed = committed;
        this.writer = open();
        if (isNew) {
            writer.setLiveCommitData(commitData.entrySet());
        }
        writer.commit(); // makes a new folder readable as an index
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Completes when the write is durable and visible. If the write throws an {@link IllegalArgumentException}, only this write
     * fails; any other exception fails the whole commit.
     */
    synchronized CompletableFuture<Void> submit(IOConsumer<IndexWriter> write) {
        if (closed) {
            return CompletableFuture.failedFuture(new IOException("the index is closed"));
        }
        Pending pending = new Pending(write, new CompletableFuture<>());
        waiting.add(pending);
        notifyAll();
        return pending.done();
    }

    private void run() {
        try {
            for (List<Pending> group = next(); !group.isEmpty(); group = next()) {
                commit(group);
            }
        } catch (InterruptedException e) { // only a JVM shutdown interrupts this thread
            synchronized (this) {
                closed = true;
            }
        }
    }

    private void commit(List<Pending> group) {
        List<Pending> written = new ArrayList<>();
        try {
            if (!writer.isOpen()) {
                writer = open();
            }
            for (Pending pending : group) {
                try {
                    pending.write().accept(writer);
                    written.add(pending);
                } catch (IllegalArgumentException refused) {
                    pending.done().completeExceptionally(refused);
                }
            }
            writer.commit();
            committed.run();
            written.forEach(pending -> pending.done().complete(null));
        } catch (IOException | RuntimeException | Error e) {
            giveUp(e);
            group.forEach(pending -> pending.done().completeExceptionally(e));
        }
        lastCommit = System.nanoTime();
    }

    private void giveUp(Throwable cause) {
        try {
            writer.rollback(); // closes the writer; the next group opens a new one
        } catch (IOException | RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    /**
     * Returns the writes of the next commit as soon as the commit is due or enough posts are pending; empty if closed and nothing
     * is pending.
     */
    private synchronized List<Pending> next() throws InterruptedException {
        while (waiting.isEmpty() && !closed) {
            wait();
        }
        long due = lastCommit + properties.commitPause().toNanos();
        for (long left = due - System.nanoTime();
                left > 0 && waiting.size() < properties.commitPosts() && !closed;
                left = due - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        List<Pending> group = waiting;
        waiting = new ArrayList<>();
        return group;
    }

    private IndexWriter open() throws IOException {
        LogDocMergePolicy merges = new LogDocMergePolicy();
        merges.setMergeFactor(SEGMENTS_PER_MERGE);
        merges.setMinMergeDocs(properties.commitPosts());
        IndexWriterConfig config = new IndexWriterConfig()
                .setCommitOnClose(false)
                // callers wait for the commit; segments can be merged later
                .setMaxFullFlushMergeWaitMillis(0)
                .setMergePolicy(merges)
                .setCodec(new Lucene912Codec() {
                    @Override
                    public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                        return vectors;
                    }
                });
        return new IndexWriter(directory, config);
    }

    /** Commits the pending writes, then releases the folder. */
    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            thread.join(60_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        writer.close();
    }
}
