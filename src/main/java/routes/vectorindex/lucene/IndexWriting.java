package routes.vectorindex.lucene;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene912.Lucene912Codec;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.Directory;

/**
 * The index writer with its group commit. When a commit fails, everything that was not durable yet is given up and reported
 * to its writers, and a fresh writer goes on from the last commit: one full disk must not end indexing until a restart.
 */
final class IndexWriting implements AutoCloseable {

    /** Something written into the index, not durable yet. */
    interface Write {
        void to(IndexWriter writer) throws IOException;
    }

    private final Directory directory;
    private final Analyzer analyzer;
    private final GroupCommit commits;

    /** Writers share it; replacing the index writer excludes them. */
    private final ReadWriteLock replacing = new ReentrantReadWriteLock();

    private IndexWriter writer;

    /** @param committed runs after every commit, before those who wait for it go on */
    IndexWriting(Directory directory, Analyzer analyzer, GroupCommit.Commit committed) throws IOException {
        this.directory = directory;
        this.analyzer = analyzer;
        this.writer = open();
        writer.commit(); // a new folder becomes an index that can be read
        this.commits = new GroupCommit("vector-index-commit", () -> commit(committed));
    }

    /** Writes; the future completes when that is durable. Both fail with the index writer's exceptions. */
    CompletableFuture<Void> write(Write write) throws IOException {
        if (!writer().isOpen()) {
            startAfresh(writer(), new IOException("the index writer was closed by an earlier failure"));
        }
        replacing.readLock().lock();
        try {
            write.to(writer);
            return commits.register();
        } finally {
            replacing.readLock().unlock();
        }
    }

    private void commit(GroupCommit.Commit committed) throws IOException {
        IndexWriter current = writer();
        try {
            current.commit();
        } catch (IOException | RuntimeException | Error e) {
            try {
                startAfresh(current, e);
            } catch (IOException | RuntimeException again) {
                e.addSuppressed(again); // the next write tries once more
            }
            throw e;
        }
        committed.run();
    }

    private IndexWriter writer() {
        replacing.readLock().lock();
        try {
            return writer;
        } finally {
            replacing.readLock().unlock();
        }
    }

    private void startAfresh(IndexWriter broken, Throwable cause) throws IOException {
        replacing.writeLock().lock();
        try {
            if (writer == broken) {
                commits.failWaiting(cause); // they wrote into the broken writer; nobody can write meanwhile
                broken.rollback();
                writer = open();
            }
        } finally {
            replacing.writeLock().unlock();
        }
    }

    private IndexWriter open() throws IOException {
        return new IndexWriter(
                directory,
                new IndexWriterConfig(analyzer).setCommitOnClose(false).setCodec(new Lucene912Codec() {
                    private final KnnVectorsFormat vectors = new PointVectors();

                    @Override
                    public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                        return vectors;
                    }
                }));
    }

    @Override
    public void close() throws IOException {
        commits.close();
        writer.close();
    }
}
