package routes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.FileSystemUtils;
import routes.benchmark.GeneratedPosts;
import routes.benchmark.Usage;
import routes.embeddings.LocalEmbeddings;
import routes.enrichment.Enrichment;
import routes.events.Event;
import routes.events.IdempotencyKeys;
import routes.events.PostEnriched;
import routes.events.PostIds;
import routes.events.PostTagged;
import routes.events.TagsHash;
import routes.events.Trigger;
import routes.indexing.Indexing;
import routes.ingest.ImportService;
import routes.operations.RunOptions;
import routes.posts.ChannelIdentity;
import routes.posts.ChannelStore;
import routes.posts.ChannelStore.Channel;
import routes.posts.Post;
import routes.posts.PostBuilder;
import routes.posts.PostWriter;
import routes.posts.PostWriter.PostBatch;
import routes.tagging.local.CorpusSnapshot;
import routes.tagging.local.LocalTagger;
import routes.tagpersistence.TagPersistence;
import routes.testing.RouteCoverage;
import routes.text.SearchWords;
import routes.text.TextAnalysis;

/**
 * The whole pipeline from the export to the index, on the embedded services and with the {@code local} providers, after a warm-up;
 * then, in the same run, a plain loop that does the same work with the same stores, in batches from two threads, without streams and
 * without Camel. Arguments: posts (20000), posts of the warm-up (3000), store of
 * the graph (postgres, or none).
 */
public final class PipelineBenchmark {
    private static final UUID TENANT = new UUID(0, 1);
    private static final int BATCH = 64;
    private static final int THREADS = 2;

    private final GeneratedPosts texts = new GeneratedPosts(new LocalEmbeddings(new TextAnalysis(new SearchWords())));
    private final Path folder;
    private final int posts;
    private final int warmUp;
    private final String graph;

    private PipelineBenchmark(Path folder, int posts, int warmUp, String graph) {
        this.folder = folder;
        this.posts = posts;
        this.warmUp = warmUp;
        this.graph = graph;
    }

    public static void main(String[] arguments) throws Exception {
        int posts = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20_000;
        int warmUp = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3_000;
        String graph = arguments.length > 2 ? arguments[2] : "postgres";
        System.setProperty(RouteCoverage.OFF, "true");
        Path folder = Files.createTempDirectory("pipeline-benchmark");
        try {
            new PipelineBenchmark(folder, posts, warmUp, graph).run();
        } catch (Exception e) {
            e.printStackTrace(); // Spring keeps quiet about failures that it has been told of
            throw e;
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private void run() throws Exception {
        Usage.printHead();
        double pipeline = pipeline();
        double floor = floor();
        System.out.printf(Locale.ROOT, "pipeline / floor: %.2f%n", pipeline / floor);
    }

    private double pipeline() throws Exception {
        try (ConfigurableApplicationContext application = open("pipeline")) {
            for (int first : List.of(0, warmUp, warmUp + posts)) {
                write(export(first), first, first == 0 ? warmUp : first == warmUp ? posts : 1);
            }
            importAndWait(application, 0, warmUp);
            Usage before = Usage.of(application);
            importAndWait(application, warmUp, posts);
            double rate = Usage.of(application).print("pipeline", before, posts);
            Instant searchable = Instant.now();
            importAndWait(application, warmUp + posts, 1);
            System.out.printf(
                    Locale.ROOT,
                    "a single post is indexed %d ms after its import was asked for%n",
                    Duration.between(searchable, Instant.now()).toMillis());
            return rate;
        }
    }

    private ConfigurableApplicationContext open(String name, String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of(
                "--data.dir=" + folder.resolve(name),
                "--api.port=0",
                "--management.port=0",
                "--post.ttl-days=0",
                "--graph.store=" + graph,
                // the CPU of a server process that has ended could not be counted
                "--spring.datasource.hikari.minimum-idle=40"));
        all.addAll(Arrays.asList(options));
        return CommandLine.open(RunOptions.parse(all.toArray(String[]::new)));
    }

    private void importAndWait(ConfigurableApplicationContext application, int first, int count) throws Exception {
        application.getBean(ImportService.class).submit(1, TENANT, export(first));
        JdbcClient jdbc = application.getBean(JdbcClient.class);
        long wanted = (long) first + count;
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(20);
        while (System.nanoTime() < until) {
            long indexed = jdbc.sql("SELECT count(*) FROM posts WHERE indexing_status = 'indexed'")
                    .query(Long.class)
                    .single();
            if (indexed == wanted) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(count == 1 ? 10 : 200);
        }
        throw new IllegalStateException("The posts were not indexed within 20 minutes");
    }

    private Path export(int first) {
        return folder.resolve("posts-" + first + ".json");
    }

    private void write(Path file, int first, int count) throws IOException {
        try (Writer out = Files.newBufferedWriter(file, UTF_8)) {
            out.write("{\"name\": \"Канал\", \"type\": \"public_channel\", \"id\": 7007, \"messages\": [");
            for (int i = first; i < first + count; i++) {
                String text = texts.text(i);
                out.write((i > first ? "," : "")
                        + "\n{\"id\": %d, \"type\": \"message\", \"date_unixtime\": \"%d\", \"text\": \"%s\","
                                .formatted(i + 1, 1_760_000_000L + i * 60L, text)
                        + " \"text_entities\": [{\"type\": \"plain\", \"text\": \"%s\"}]}".formatted(text));
            }
            out.write("]}");
        }
    }

    /** Without a relay of the outbox and without stages: only the loop works. */
    private double floor() throws Exception {
        try (ConfigurableApplicationContext application = open("floor", "--pipeline.routes=api")) {
            Loop loop = new Loop(application, texts);
            try {
                loop.run(0, warmUp);
                Usage before = Usage.of(application);
                loop.run(warmUp, posts);
                return Usage.of(application).print("floor", before, posts);
            } finally {
                loop.threads.shutdown();
            }
        }
    }

    /** Store, tag, store the tags, enrich and index, batch by batch; the posts are made in memory, not read from an export. */
    private static final class Loop {
        /** Living threads: what ended ones have allocated could not be counted. */
        final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

        private final GeneratedPosts texts;
        private final PostWriter writer;
        private final LocalTagger tagger;
        private final TagPersistence tagPersistence;
        private final Enrichment enrichment;
        private final Indexing indexing;
        private final Channel channel;

        Loop(ConfigurableApplicationContext application, GeneratedPosts texts) {
            this.texts = texts;
            writer = application.getBean(PostWriter.class);
            tagger = new LocalTagger(application.getBean(TextAnalysis.class));
            tagPersistence = application.getBean(TagPersistence.class);
            enrichment = application.getBean(Enrichment.class);
            indexing = application.getBean(Indexing.class);
            channel = application.getBean(ChannelStore.class).resolve(new ChannelIdentity(7007, null, "Канал"));
        }

        void run(int first, int count) throws Exception {
            List<Future<?>> batches = new ArrayList<>();
            for (int i = first; i < first + count; i += BATCH) {
                int from = i;
                int to = Math.min(first + count, i + BATCH);
                batches.add(threads.submit(() -> batch(from, to)));
            }
            for (Future<?> batch : batches) {
                batch.get();
            }
        }

        private void batch(int from, int to) {
            List<Post> posts = IntStream.range(from, to)
                    .mapToObj(i -> PostBuilder.builder()
                            .telegramMessageId(i + 1L)
                            .text(texts.text(i))
                            .urls(List.of())
                            .media(List.of())
                            .postedAt(Instant.ofEpochSecond(1_760_000_000L + i * 60L))
                            .build())
                    .toList();
            writer.saveBatchAtomic(new PostBatch(TENANT, 1, channel, posts, false));
            List<PostTagged> tagged = posts.stream().map(this::tagged).toList();
            tagPersistence.save(tagged);
            List<PostEnriched> enriched = enrichment.enrich(tagged).stream()
                    .map(PostEnriched.class::cast)
                    .toList();
            indexing.index(enriched);
        }

        private PostTagged tagged(Post post) {
            List<String> tags = tagger.tags(post.text(), CorpusSnapshot.EMPTY, 5);
            UUID id = PostIds.of(TENANT, 7007, post.telegramMessageId());
            String hash = TagsHash.of(tags);
            return new PostTagged(
                    Event.SCHEMA_VERSION,
                    id.toString(),
                    Instant.now(),
                    IdempotencyKeys.postTagged(id, 0L, Trigger.INITIAL, null, hash),
                    id,
                    TENANT,
                    "1",
                    channel.id(),
                    tags,
                    hash,
                    List.of(),
                    List.of(),
                    "local",
                    null,
                    0,
                    Trigger.INITIAL,
                    0L,
                    null,
                    null,
                    Map.of());
        }
    }
}
