package routes.vectorindex.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static routes.vectorindex.Points.TENANT;
import static routes.vectorindex.Points.point;
import static routes.vectorindex.Points.post;
import static routes.vectorindex.Points.query;
import static routes.vectorindex.Points.revision;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FilterDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import routes.testing.ChildJvm;
import routes.vectorindex.Points;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.StoredPoint;
import routes.vectorindex.VectorIndex.WriteResult;
import routes.vectorindex.VectorIndexException;

@Timeout(120)
class LuceneDurabilityTest {
    @TempDir
    Path folder;

    @Test
    void everything_reported_as_written_survives_a_kill_of_the_process() throws Exception {
        Process writer = new ProcessBuilder(ChildJvm.command(List.of(), EndlessWriter.class, folder.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<Integer> reported = new ArrayList<>();
        try (BufferedReader lines = writer.inputReader()) {
            while (reported.size() < 40) {
                reported.add(Integer.valueOf(lines.readLine()));
            }
            writer.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }

        try (LuceneVectorIndex index = LuceneVectorIndex.open(folder)) {
            assertThat(reported).allSatisfy(batch -> assertThat(index.find(TENANT, EndlessWriter.posts(batch)))
                    .hasSize(EndlessWriter.BATCH));
        }
    }

    /** Writes batches from two threads until it is killed and says which ones are done. */
    static final class EndlessWriter {
        static final int BATCH = 8;

        static List<UUID> posts(int batch) {
            return ids(batch).mapToObj(Points::post).toList();
        }

        private static IntStream ids(int batch) {
            return IntStream.range(batch * BATCH, (batch + 1) * BATCH);
        }

        public static void main(String[] args) {
            LuceneVectorIndex index = LuceneVectorIndex.open(Path.of(args[0]));
            AtomicInteger batches = new AtomicInteger();
            for (int i = 0; i < 2; i++) {
                new Thread(() -> {
                            while (true) {
                                int batch = batches.incrementAndGet();
                                index.upsertAll(ids(batch)
                                        .mapToObj(id -> point(id, "post number " + id))
                                        .toList());
                                System.out.println(batch);
                            }
                        })
                        .start();
            }
        }
    }

    @Test
    void writes_are_committed_after_a_pause_or_when_enough_wait_or_at_the_end() throws Exception {
        CountingDirectory directory = new CountingDirectory(folder);
        IndexProperties seldom = new IndexProperties(Duration.ofHours(1), 10);
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try (LuceneVectorIndex index = new LuceneVectorIndex(directory, "test", seldom, new PointVectors())) {
            int before = directory.commits.get();
            index.upsert(point(1, "космос")); // nothing was committed for an hour, so to say
            assertThat(directory.commits.get() - before).isOne();

            Future<?> waiting = pool.submit(() -> index.upsertAll(points(10, 16)));
            assertWaits(waiting);
            assertThat(index.find(TENANT, post(10))).isEmpty();
            index.upsertAll(points(20, 24));
            waiting.get(10, TimeUnit.SECONDS);
            assertThat(directory.commits.get() - before).isEqualTo(2);

            Future<?> last = pool.submit(() -> index.upsert(point(30, "космос")));
            assertWaits(last);
            index.close();
            last.get(10, TimeUnit.SECONDS);
        } finally {
            pool.shutdownNow();
        }
        try (LuceneVectorIndex index = LuceneVectorIndex.open(folder)) {
            assertThat(index.count()).isEqualTo(12);
        }
    }

    private static void assertWaits(Future<?> write) {
        assertThatThrownBy(() -> write.get(300, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
    }

    private static List<IndexedPoint> points(int from, int to) {
        return IntStream.range(from, to).mapToObj(id -> point(id, "космос")).toList();
    }

    @Test
    void concurrent_writers_share_commits_and_lose_nothing() throws Exception {
        CountingDirectory directory = new CountingDirectory(folder);
        try (LuceneVectorIndex index =
                new LuceneVectorIndex(directory, "test", IndexProperties.DEFAULTS, new PointVectors())) {
            int before = directory.commits.get();
            inParallel(16, 25, (thread, i) -> index.upsert(point(thread * 25 + i, "космос " + thread + " " + i)));

            assertThat(index.count()).isEqualTo(400);
            assertThat(directory.commits.get() - before).isLessThan(100);
        }
    }

    @Test
    void the_newest_revision_wins_however_the_writers_race() throws Exception {
        try (LuceneVectorIndex index = LuceneVectorIndex.open(folder)) {
            inParallel(8, 20, (thread, i) -> index.upsert(revision(1, i * 8 + thread, "космос")));

            assertThat(index.count()).isOne();
            assertThat(index.find(TENANT, post(1)))
                    .map(StoredPoint::indexRevision)
                    .contains(19 * 8 + 7L);
        }
    }

    @Test
    void a_failed_commit_reaches_its_writers_and_the_next_write_works() throws Exception {
        CountingDirectory directory = new CountingDirectory(folder);
        try (LuceneVectorIndex index = new LuceneVectorIndex(
                directory, "the index under test", IndexProperties.DEFAULTS, new PointVectors())) {
            index.upsert(point(1, "до беды"));
            directory.full = true;
            inParallel(4, 3, (thread, i) -> assertThatThrownBy(() -> index.upsert(point(10 + thread, "во время беды")))
                    .isInstanceOf(VectorIndexException.class)
                    .hasMessageContaining("the index under test")
                    .hasMessageContaining("No space left on device"));
            assertThat(index.find(TENANT, post(10))).isEmpty();
            assertThat(index.textSearch(query("беды"))).hasSize(1);

            directory.full = false;
            assertThat(index.upsert(point(10, "после беды"))).isEqualTo(WriteResult.WRITTEN);
            assertThat(index.textSearch(query("беды"))).hasSize(2);
        }
        try (LuceneVectorIndex index = LuceneVectorIndex.open(folder)) {
            assertThat(index.count()).isEqualTo(2);
        }
    }

    private interface Write {
        void by(int thread, int i);
    }

    private static void inParallel(int threads, int writes, Write write) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<Void>> work = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                work.add(() -> {
                    for (int i = 0; i < writes; i++) {
                        write.by(thread, i);
                    }
                    return null;
                });
            }
            for (Future<Void> done : pool.invokeAll(work)) {
                done.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    /** Counts commits, and lets every commit fail while it is full. */
    private static final class CountingDirectory extends FilterDirectory {
        final AtomicInteger commits = new AtomicInteger();
        volatile boolean full;

        CountingDirectory(Path folder) throws IOException {
            super(FSDirectory.open(folder));
        }

        @Override
        public void sync(Collection<String> names) throws IOException {
            if (full) {
                throw new IOException("No space left on device");
            }
            super.sync(names);
        }

        @Override
        public void rename(String source, String target) throws IOException {
            super.rename(source, target);
            if (target.startsWith("segments_")) {
                commits.incrementAndGet();
            }
        }
    }
}
