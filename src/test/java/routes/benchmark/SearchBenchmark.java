package routes.benchmark;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.springframework.util.FileSystemUtils;
import routes.embeddings.EmbeddingProvider;
import routes.embeddings.LocalEmbeddings;
import routes.graph.NoGraph;
import routes.search.HybridSearch;
import routes.search.HybridSearch.PostQuery;
import routes.search.QueryLanguage.Understood;
import routes.text.SearchWords;
import routes.text.TextAnalysis;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.lucene.LuceneVectorIndex;

/**
 * What writing 100 000 posts into the index costs, in batches of 64 from two threads as the indexing stage writes them, and how
 * long searches among them take: words alone, within a rare tag, within a month, and a frequent word; by one client and by
 * eight, at rest and while 500 posts a second are written. The graph is left out. Arguments: posts (100000), queries (1000).
 */
public final class SearchBenchmark {
    private static final int BATCH = 64;
    private static final int WRITERS = 2;
    private static final int POSTS_PER_SECOND = 500;
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final SearchWords analysis = new SearchWords();
    private final EmbeddingProvider embeddings = new LocalEmbeddings(new TextAnalysis(new SearchWords()));
    private final GeneratedPosts posts = new GeneratedPosts(embeddings);
    private final AtomicInteger written = new AtomicInteger();
    private final AtomicLong generationNanos = new AtomicLong();
    private final VectorIndex index;
    private final HybridSearch search;
    private final int queries;

    private SearchBenchmark(VectorIndex index, int queries) {
        this.index = index;
        this.search = new HybridSearch(index, embeddings, new NoGraph(), analysis);
        this.queries = queries;
    }

    public static void main(String[] arguments) throws Exception {
        int posts = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100_000;
        int queries = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000;
        Path folder = Files.createTempDirectory("search-benchmark");
        try (LuceneVectorIndex index = LuceneVectorIndex.open(folder)) {
            SearchBenchmark benchmark = new SearchBenchmark(index, queries);
            benchmark.fill(posts);
            try (Stream<Path> files = Files.list(folder)) {
                System.out.printf(
                        Locale.ROOT,
                        "%d MB%n",
                        files.mapToLong(file -> file.toFile().length()).sum() >> 20);
            }
            benchmark.search();
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private void fill(int count) throws Exception {
        System.out.printf(Locale.ROOT, "%12s %12s %22s%n", "posts", "posts/s", "CPU ms/post to write");
        for (int part = 1; part <= 5; part++) {
            int until = (int) ((long) count * part / 5);
            int before = written.get();
            long since = System.nanoTime();
            long cpu = PROCESS.getProcessCpuTime();
            long generation = generationNanos.get();
            inParallel(WRITERS, writer -> {
                while (written.get() < until) {
                    writeBatch();
                }
            });
            int more = written.get() - before;
            cpu = PROCESS.getProcessCpuTime() - cpu - (generationNanos.get() - generation);
            System.out.printf(
                    Locale.ROOT,
                    "%12d %12.0f %22.2f%n",
                    written.get(),
                    more / ((System.nanoTime() - since) / 1e9),
                    cpu / 1e6 / more);
        }
    }

    private void writeBatch() {
        int first = written.getAndAdd(BATCH);
        long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        List<IndexedPoint> batch =
                IntStream.range(first, first + BATCH).mapToObj(posts::point).toList();
        generationNanos.addAndGet(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu);
        // as the stage does
        index.find(
                GeneratedPosts.TENANT,
                batch.stream().map(point -> point.payload().postId()).toList());
        index.upsertAll(batch);
    }

    private void search() throws Exception {
        List<Kind> kinds = List.of(
                new Kind("words", number -> query(posts.query(number), Set.of(), null, null)),
                new Kind(
                        "rare tag",
                        number -> query(posts.query(number), Set.of(GeneratedPosts.rareTag(number * 20)), null, null)),
                new Kind("month", number -> {
                    int month = number % GeneratedPosts.MONTHS;
                    return query(
                            posts.query(number),
                            Set.of(),
                            GeneratedPosts.month(month),
                            GeneratedPosts.month(month + 1));
                }),
                new Kind(
                        "frequent word",
                        number -> query(posts.frequentWord(number) + " " + posts.query(number), Set.of(), null, null)));
        measure(kinds, 4, false); // warm-up
        System.out.printf(
                Locale.ROOT,
                "%-16s %8s %10s %8s %8s %8s %12s%n",
                "search",
                "clients",
                "indexing",
                "p50 ms",
                "p95 ms",
                "hits",
                "CPU ms/query");
        for (boolean indexing : new boolean[] {false, true}) {
            AtomicInteger stop = new AtomicInteger();
            Thread writer = new Thread(() -> writeUntil(stop), "benchmark-writer");
            if (indexing) {
                writer.start();
            }
            measure(kinds, 1, true);
            measure(kinds, 8, true);
            stop.set(1);
            writer.join();
        }
    }

    private void writeUntil(AtomicInteger stop) {
        int first = written.get();
        long since = System.nanoTime();
        while (stop.get() == 0) {
            writeBatch();
            long due = since + (written.get() - first) * 1_000_000_000L / POSTS_PER_SECOND;
            LockSupport.parkNanos(due - System.nanoTime());
        }
        System.out.printf(
                Locale.ROOT,
                "meanwhile %.0f posts/s were written%n",
                (written.get() - first) / ((System.nanoTime() - since) / 1e9));
    }

    private record Kind(String name, IntFunction<PostQuery> query) {}

    private static PostQuery query(String text, Set<String> tags, Instant from, Instant to) {
        Understood wanted = new Understood(text, List.of(), List.of(), Set.of(), tags, Set.of(), from, to);
        return new PostQuery(
                GeneratedPosts.TENANT, GeneratedPosts.channels(), wanted, false, PostQuery.Order.RELEVANCE, 0, 20);
    }

    /** Every client takes the next query, one kind after the other. */
    private void measure(List<Kind> kinds, int clients, boolean print) throws Exception {
        boolean indexing = Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("benchmark-writer"));
        long[] nanos = new long[queries];
        AtomicInteger next = new AtomicInteger();
        AtomicLong cpu = new AtomicLong();
        AtomicLong hits = new AtomicLong();
        inParallel(clients, client -> {
            for (int i = next.getAndIncrement(); i < queries; i = next.getAndIncrement()) {
                PostQuery query = kinds.get(i % kinds.size()).query().apply(i);
                long since = System.nanoTime();
                hits.addAndGet(search.search(query).hits().size());
                nanos[i] = System.nanoTime() - since;
            }
            cpu.addAndGet(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime());
        });
        for (int kind = 0; print && kind <= kinds.size(); kind++) {
            boolean all = kind == kinds.size();
            int one = kind;
            long[] sorted = IntStream.range(0, queries)
                    .filter(i -> all || i % kinds.size() == one)
                    .mapToLong(i -> nanos[i])
                    .sorted()
                    .toArray();
            System.out.printf(
                    Locale.ROOT,
                    "%-16s %8d %10s %8.1f %8.1f %8s %12s%n",
                    all ? "all" : kinds.get(kind).name(),
                    clients,
                    indexing ? "yes" : "no",
                    sorted[sorted.length / 2] / 1e6,
                    sorted[sorted.length * 95 / 100] / 1e6,
                    all ? "%.1f".formatted((double) hits.get() / queries) : "",
                    all ? "%.1f".formatted(cpu.get() / 1e6 / queries) : "");
        }
    }

    private interface Work {
        void by(int thread) throws Exception;
    }

    private static void inParallel(int threads, Work work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int thread = i;
            running.add(pool.submit(() -> {
                work.by(thread);
                return null;
            }));
        }
        for (Future<?> one : running) {
            one.get();
        }
        pool.shutdown();
        pool.awaitTermination(1, TimeUnit.MINUTES);
    }
}
