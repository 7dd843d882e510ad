package routes;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.io.BufferedWriter;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.FileSystemUtils;
import routes.benchmark.GeneratedPosts;
import routes.benchmark.Usage;
import routes.embeddings.LocalEmbeddings;
import routes.events.ContentHash;
import routes.events.Event;
import routes.events.EventCodec;
import routes.events.IdempotencyKeys;
import routes.events.PostIds;
import routes.events.PostParsedBuilder;
import routes.events.Trigger;
import routes.ingest.ImportService;
import routes.operations.RunOptions;
import routes.posts.ChannelIdentity;
import routes.posts.ChannelStore;
import routes.text.SearchWords;
import routes.text.TextAnalysis;

/**
 * Import of a big export by a process that only imports and relays the outbox. In the same run, each alone: the export read by Jackson,
 * its rows written by COPY into the same tables, its events appended to a stream. Arguments: megabytes of {@code result.json} (1000),
 * posts of the parts that are measured alone (20000), {@code read} if a group reads the
 * events at once. Else the relay publishes as many events as may be unread.
 */
public final class ImportBenchmark {
    private static final int BYTES_PER_MEGABYTE = 1_000_000;
    private static final UUID TENANT = new UUID(0, 1);
    private static final long CHANNEL = 7007;
    private static final int BATCH = 500;

    private final Path folder;
    private final Path export;
    private final int posts;

    private ImportBenchmark(Path folder, long bytes) throws Exception {
        this.folder = folder;
        export = folder.resolve("result.json");
        posts = write(export, bytes);
    }

    public static void main(String[] arguments) throws Exception {
        long bytes = BYTES_PER_MEGABYTE * (arguments.length > 0 ? Long.parseLong(arguments[0]) : 1_000);
        int alone = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20_000;
        Path folder = Files.createTempDirectory("import-benchmark");
        try {
            var benchmark = new ImportBenchmark(folder, bytes);
            Usage.printHead();
            if (alone > 0) {
                benchmark.parts(Math.min(alone, benchmark.posts));
            }
            benchmark.imported(arguments.length > 2 && arguments[2].equals("read"));
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private static int write(Path file, long bytes) throws Exception {
        GeneratedPosts texts = new GeneratedPosts(new LocalEmbeddings(new TextAnalysis(new SearchWords())));
        int id = 0;
        long written = 0;
        try (BufferedWriter out = Files.newBufferedWriter(file, UTF_8)) {
            out.write("{\"name\": \"Канал\", \"type\": \"public_channel\", \"id\": %d, \"messages\": [\n"
                    .formatted(CHANNEL));
            while (written < bytes) {
                String text = texts.text(id);
                String message = (id > 0 ? ",\n" : "")
                        + "{\"id\": %d, \"type\": \"message\", \"date\": \"2025-11-01T12:00:00\", \"date_unixtime\": \"%d\","
                                .formatted(id + 1, 1_600_000_000L + id * 60L)
                        + " \"from\": \"Канал\", \"from_id\": \"channel7007\", \"text\": \"%s\",".formatted(text)
                        + " \"text_entities\": [{\"type\": \"plain\", \"text\": \"%s\"}]}".formatted(text);
                out.write(message);
                written += message.getBytes(UTF_8).length;
                id++;
            }
            out.write("]}");
        }
        return id;
    }

    private ConfigurableApplicationContext open(String name, String stages) throws Exception {
        return CommandLine.open(RunOptions.parse(
                "--data.dir=" + folder.resolve(name),
                "--api.port=0",
                "--management.port=0",
                "--pipeline.routes=" + stages,
                "--spring.datasource.hikari.minimum-idle=12"));
    }

    /**
     * @param read whether the events are read as soon as they are published, so that the relay publishes all of them; else it waits after
     *     the first ones
     */
    private void imported(boolean read) throws Exception {
        ScheduledExecutorService reader = Executors.newSingleThreadScheduledExecutor();
        try (ConfigurableApplicationContext application = open("import", "ingest");
                var redis = application.getBean(RedisClient.class).connect()) {
            ImportService imports = application.getBean(ImportService.class);
            JdbcClient jdbc = application.getBean(JdbcClient.class);
            long heap = 0;
            Usage before = Usage.of(application);
            if (read) {
                StreamOffset<String> end = StreamOffset.from("stream:posts:parsed", "$");
                reader.scheduleAtFixedRate(
                        () -> redis.sync().xgroupSetid(end, "tagging_workers"), 0, 100, TimeUnit.MILLISECONDS);
            }
            UUID id = imports.submit(1, TENANT, export);
            while (!imports.find(id).orElseThrow().isOver()) {
                TimeUnit.MILLISECONDS.sleep(100);
                heap = Math.max(
                        heap,
                        Runtime.getRuntime().totalMemory()
                                - Runtime.getRuntime().freeMemory());
            }
            double rate = Usage.of(application).print("import", before, posts);
            while (read
                    && jdbc.sql("SELECT EXISTS (SELECT FROM outbox WHERE published_at IS NULL)")
                            .query(Boolean.class)
                            .single()) {
                TimeUnit.MILLISECONDS.sleep(200);
            }
            double published = Usage.of(application).print("published", before, posts);
            double bytes = (double) Files.size(export) / posts;
            System.out.printf(
                    Locale.ROOT,
                    "import of %d MB: %.1f MB/s, %s %.1f MB/s, heap at most %d MB, sizes in MB: %s%n",
                    Files.size(export) / BYTES_PER_MEGABYTE,
                    rate * bytes / BYTES_PER_MEGABYTE,
                    read ? "until all is published" : "nothing read",
                    published * bytes / BYTES_PER_MEGABYTE,
                    heap >> 20,
                    sizes(jdbc));
        } finally {
            reader.shutdownNow();
        }
    }

    private static String sizes(JdbcClient jdbc) {
        return jdbc
                .sql(
                        """
                        SELECT relname || ' ' || pg_table_size(relid) / 1000000 || ' + ' || pg_indexes_size(relid) / 1000000
                        FROM pg_statio_user_tables WHERE relname IN ('posts', 'outbox') ORDER BY 1""")
                .query(String.class)
                .list()
                .stream()
                .collect(Collectors.joining(", "));
    }

    /** What the import consists of, without anything around it. */
    private void parts(int count) throws Exception {
        try (ConfigurableApplicationContext application = open("parts", "api")) {
            Usage before = Usage.of(application);
            readByJackson();
            double read = Usage.of(application).print("Jackson", before, posts);
            System.out.printf(
                    Locale.ROOT, "Jackson alone: %.0f MB/s%n", read * Files.size(export) / posts / BYTES_PER_MEGABYTE);
            // the first half warms up
            List<Rows> rows = rows(application, count);
            List<Rows> measured = rows.subList(rows.size() / 2, rows.size());
            int number =
                    measured.stream().mapToInt(batch -> batch.entries().size()).sum();
            copy(application, rows.subList(0, rows.size() / 2));
            before = Usage.of(application);
            copy(application, measured);
            Usage.of(application).print("COPY", before, number);
            append(application, rows.subList(0, rows.size() / 2));
            before = Usage.of(application);
            append(application, measured);
            Usage.of(application).print("XADD", before, number);
        }
    }

    private void readByJackson() throws Exception {
        var mapper = new ObjectMapper();
        int read = 0;
        try (JsonParser parser = mapper.createParser(export.toFile())) {
            while (parser.nextToken() != JsonToken.START_ARRAY) {
                // to the list of messages
            }
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                JsonNode message = mapper.readTree(parser);
                read += message.path("id").asInt() > 0 ? 1 : 0;
            }
        }
        if (read != posts) {
            throw new IllegalStateException("Read " + read + " of " + posts);
        }
    }

    /** A batch in the text format of COPY, and as entries. */
    private record Rows(byte[] posts, byte[] outbox, List<Map<String, String>> entries) {}

    private static List<Rows> rows(ConfigurableApplicationContext application, int count) {
        GeneratedPosts texts = new GeneratedPosts(new LocalEmbeddings(new TextAnalysis(new SearchWords())));
        EventCodec codec = application.getBean(EventCodec.class);
        UUID channel = application
                .getBean(ChannelStore.class)
                .resolve(new ChannelIdentity(CHANNEL, null, "Канал"))
                .id();
        List<Rows> rows = new ArrayList<>();
        for (int first = 0; first < count; first += BATCH) {
            var posts = new StringBuilder();
            var outbox = new StringBuilder();
            var entries = new ArrayList<Map<String, String>>();
            for (int i = first; i < Math.min(count, first + BATCH); i++) {
                UUID id = PostIds.of(TENANT, CHANNEL, i + 1L);
                String text = texts.text(i);
                String hash = ContentHash.of(text);
                String trace = UUID.randomUUID().toString().replace("-", "");
                Instant postedAt = Instant.ofEpochSecond(1_600_000_000L + i * 60L);
                String url = "https://t.me/c/" + CHANNEL + "/" + (i + 1);
                Map<String, String> entry = codec.write(PostParsedBuilder.builder()
                        .schemaVersion(Event.SCHEMA_VERSION)
                        .traceId(trace)
                        .occurredAt(Instant.now())
                        .idempotencyKey(IdempotencyKeys.postParsed(TENANT, CHANNEL, i + 1L, 0, null))
                        .userId("1")
                        .tenantId(TENANT)
                        .channelId(channel)
                        .postId(id)
                        .text(text)
                        .entities(List.of())
                        .urls(List.of())
                        .postedAt(postedAt)
                        .contentVersion(0L)
                        .trigger(Trigger.INITIAL)
                        .mediaSha256List(List.of())
                        .contentHash(hash)
                        .linkCount(0)
                        .telegramMessageId(i + 1L)
                        .tgMessageId(i + 1L)
                        .tgChannelId(CHANNEL)
                        .telegramPostUrl(url)
                        .hasMedia(false)
                        .isEdited(false)
                        .viewsCount(0)
                        .forwardsCount(0)
                        .reactionsCount(0)
                        .build());
                entries.add(entry);
                String expires = postedAt.plusSeconds(1_000_000_000L).toString();
                posts.append(Stream.of(
                                        id, TENANT, channel, i + 1, text, "[]", "{}", hash, "[]", postedAt, expires,
                                        url, trace)
                                .map(Object::toString)
                                .collect(Collectors.joining("\t")))
                        .append('\n');
                outbox.append("posts.parsed\t").append(entry.get("data")).append('\n');
            }
            rows.add(
                    new Rows(posts.toString().getBytes(UTF_8), outbox.toString().getBytes(UTF_8), entries));
        }
        return rows;
    }

    private static void copy(ConfigurableApplicationContext application, List<Rows> rows) throws Exception {
        try (Connection connection = application.getBean(DataSource.class).getConnection()) {
            connection.setAutoCommit(false);
            var copy = connection.unwrap(PGConnection.class).getCopyAPI();
            for (Rows batch : rows) {
                copy.copyIn(
                        """
                        COPY posts (id, tenant_id, channel_id, telegram_message_id, content, entities, details, content_hash,
                            urls, posted_at, expires_at, telegram_post_url, trace_id) FROM STDIN""",
                        new ByteArrayInputStream(batch.posts()));
                copy.copyIn("COPY outbox (stream, event) FROM STDIN", new ByteArrayInputStream(batch.outbox()));
                connection.commit();
            }
        }
    }

    private static void append(ConfigurableApplicationContext application, List<Rows> rows) throws Exception {
        try (var connection = application.getBean(RedisClient.class).connect()) {
            connection.setAutoFlushCommands(false);
            for (Rows batch : rows) {
                List<RedisFuture<String>> sent = batch.entries().stream()
                        .map(entry -> connection.async().xadd("benchmark", entry))
                        .toList();
                connection.flushCommands();
                for (RedisFuture<String> one : sent) {
                    one.get(1, TimeUnit.MINUTES);
                }
            }
        }
    }
}
