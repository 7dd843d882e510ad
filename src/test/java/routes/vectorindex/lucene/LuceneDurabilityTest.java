package routes.vectorindex.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static routes.vectorindex.lucene.Points.TENANT;
import static routes.vectorindex.lucene.Points.point;
import static routes.vectorindex.lucene.Points.post;
import static routes.vectorindex.lucene.Points.query;
import static routes.vectorindex.lucene.Points.revision;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FilterDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import routes.vectorindex.StoredPoint;
import routes.vectorindex.VectorIndexException;
import routes.vectorindex.WriteResult;

@Timeout(120)
class LuceneDurabilityTest {
    @TempDir
    Path folder;

    @Test
    void everythingReportedAsWrittenSurvivesAKillOfTheProcess() throws Exception {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        EndlessWriter.class.getName(),
                        folder.toString())
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
            assertThat(reported)
                    .allSatisfy(id -> assertThat(index.find(TENANT, post(id))).isPresent());
        }
    }

    /** Writes posts from two threads until it is killed and says which ones are done. */
    static final class EndlessWriter {
        public static void main(String[] args) {
            LuceneVectorIndex index = LuceneVectorIndex.open(Path.of(args[0]));
            AtomicInteger ids = new AtomicInteger();
            for (int i = 0; i < 2; i++) {
                new Thread(() -> {
                            while (true) {
                                int id = ids.incrementAndGet();
                                index.upsert(point(id, "post number " + id));
                                System.out.println(id);
                            }
                        })
                        .start();
            }
        }
    }

    @Test
    void concurrentWritersShareCommitsAndLoseNothing() throws Exception {
        CountingDirectory directory = new CountingDirectory(folder);
        try (LuceneVectorIndex index = new LuceneVectorIndex(directory, "test")) {
            int before = directory.commits.get();
            inParallel(16, 25, (thread, i) -> index.upsert(point(thread * 25 + i, "космос " + thread + " " + i)));

            assertThat(index.count(TENANT)).isEqualTo(400);
            assertThat(directory.commits.get() - before).isLessThan(200);
        }
    }

    @Test
    void theNewestRevisionWinsHoweverTheWritersRace() throws Exception {
        try (LuceneVectorIndex index = LuceneVectorIndex.open(folder)) {
            inParallel(8, 20, (thread, i) -> index.upsert(revision(1, i * 8 + thread, "космос")));

            assertThat(index.count(TENANT)).isOne();
            assertThat(index.find(TENANT, post(1)))
                    .map(StoredPoint::indexRevision)
                    .contains(19 * 8 + 7L);
        }
    }

    @Test
    void aFailedCommitReachesItsWritersAndTheNextWriteWorks() throws Exception {
        CountingDirectory directory = new CountingDirectory(folder);
        try (LuceneVectorIndex index = new LuceneVectorIndex(directory, "the index under test")) {
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
            assertThat(index.count(TENANT)).isEqualTo(2);
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
