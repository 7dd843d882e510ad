package routes.answers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.configuration.ConfigFolderProperties;
import routes.embeddings.LocalEmbeddings;
import routes.graph.NoGraph;
import routes.interests.InterestsOfTests;
import routes.llm.ModelResult;
import routes.llm.ModelTask;
import routes.llm.ReaderCalls;
import routes.search.HybridSearch;
import routes.search.ReaderSearch;
import routes.testing.EmbeddedDatabase;
import routes.text.SearchWords;
import routes.text.TextAnalysis;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.PostPayload;
import routes.vectorindex.lucene.LuceneVectorIndex;

/** Posts in a database and an index, and answers from them. */
public final class AnswerArchive implements AutoCloseable {
    public static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");

    public final JdbcClient jdbc;
    public final MeterRegistry metrics = new SimpleMeterRegistry();
    private final EmbeddedDatabase database;
    private final VectorIndex index;
    /** Posts that the index gets together before it is read: each write of it is a commit. */
    private final List<IndexedPoint> pending = new ArrayList<>();

    private final HybridSearch search;
    private final Terms terms;
    /** Of channels and messages, in all databases of the tests. */
    private static final AtomicLong NEXT = new AtomicLong(1_000);

    public AnswerArchive(EmbeddedDatabase database, Path folder) throws IOException {
        this.database = database;
        this.jdbc = database.jdbc();
        this.index = LuceneVectorIndex.open(folder);
        SearchWords words = new SearchWords();
        var current = (VectorIndex) Proxy.newProxyInstance(
                VectorIndex.class.getClassLoader(), new Class<?>[] {VectorIndex.class}, (proxy, method, arguments) -> {
                    writePending();
                    return method.invoke(index, arguments);
                });
        this.search = new HybridSearch(
                current, new LocalEmbeddings(new TextAnalysis(new SearchWords())), new NoGraph(), words);
        this.terms = new Terms(words);
    }

    private synchronized void writePending() {
        if (!pending.isEmpty()) {
            index.upsertAll(List.copyOf(pending));
            pending.clear();
        }
    }

    /** What stands for the models; the answer of {@link #local} comes from the product itself. */
    public record Models(Function<AnswerTask, ModelResult> answers, Function<ModelTask, ModelResult> checks)
            implements AnswerModels {
        @Override
        public ModelResult answer(AnswerTask task) {
            return answers.apply(task);
        }

        @Override
        public ModelResult check(ModelTask task) {
            return checks.apply(task);
        }

        @Override
        public boolean canCheck() {
            return checks != null;
        }

        /** A model whose raw answers are these. */
        public static Models saying(Function<AnswerTask, String> answer, Function<ModelTask, String> check) {
            return new Models(
                    task -> new ModelResult("openrouter", "a/model", task.read(answer.apply(task)), Map.of()),
                    check == null
                            ? null
                            : task -> new ModelResult("openrouter", "a/model", task.read(check.apply(task)), Map.of()));
        }
    }

    static AnswerProperties properties() {
        return new AnswerProperties(
                List.of("local"),
                List.of(),
                "when-needed",
                Duration.ofSeconds(20),
                4,
                6000,
                5,
                Duration.ofHours(24),
                Duration.ofDays(90));
    }

    Answers local() {
        LocalAnswers local = new LocalAnswers(terms);
        return answers(new Models(local::answer, null), properties(), Clock.fixed(NOON, ZoneOffset.UTC));
    }

    /** Sums posts up; without models if they are null. */
    public Summaries summaries(Models models) {
        LocalAnswers local = new LocalAnswers(terms);
        return new Summaries(
                new Passages(search, new PostTexts(jdbc), terms, new Instructions(terms), new Support(terms)),
                models == null ? new Models(local::answer, null) : models,
                local,
                new SentenceCheck(terms, new Support(terms), new Instructions(terms), properties()),
                new AnswerPrompts(new ConfigFolderProperties(Path.of("config"))),
                new ReaderCalls(),
                properties());
    }

    public ReaderSearch readerSearch() {
        return new ReaderSearch(search, jdbc);
    }

    Answers with(Models models) {
        return answers(models, properties(), Clock.fixed(NOON, ZoneOffset.UTC));
    }

    Answers answers(AnswerModels models, AnswerProperties properties, Clock clock) {
        var conversations = new Conversations(
                jdbc, new TransactionTemplate(new JdbcTransactionManager(database.dataSource())), properties, clock);
        var passages = new Passages(search, new PostTexts(jdbc), terms, new Instructions(terms), new Support(terms));
        return new Answers(
                new Subjects(
                        passages,
                        conversations,
                        InterestsOfTests.of(database, metrics, clock),
                        terms,
                        properties,
                        clock),
                conversations,
                new FollowUps(terms),
                models,
                new LocalAnswers(terms),
                new SentenceCheck(terms, new Support(terms), new Instructions(terms), properties),
                new AnswerPrompts(new ConfigFolderProperties(Path.of("config"))),
                terms,
                properties,
                metrics,
                clock);
    }

    public UUID tenant() {
        UUID id = UUID.randomUUID();
        jdbc.sql("INSERT INTO tenants (id, name) VALUES (?, ?)")
                .params(id, "tenant " + id)
                .update();
        return id;
    }

    public long user(UUID tenant) {
        return jdbc.sql("INSERT INTO users (tenant_id) VALUES (?) RETURNING id")
                .param(tenant)
                .query(Long.class)
                .single();
    }

    /** A channel that the user reads. */
    public UUID channel(String title, long... readers) {
        UUID id = UUID.randomUUID();
        jdbc.sql("INSERT INTO channels (id, tg_channel_id, title) VALUES (?, ?, ?)")
                .params(id, NEXT.incrementAndGet(), title)
                .update();
        for (long reader : readers) {
            jdbc.sql("INSERT INTO user_channel (user_id, channel_id) VALUES (?, ?)")
                    .params(reader, id)
                    .update();
        }
        return id;
    }

    /** A post with its number. */
    public record Stored(UUID id, long number) {}

    public Stored post(UUID tenant, UUID channel, Instant at, String text, String... tags) {
        return post(tenant, channel, at, text, Map.of(), tags);
    }

    /** @param enrichments data by kind, as JSON; what else the index has of the post */
    public Stored post(
            UUID tenant, UUID channel, Instant at, String text, Map<String, String> enrichments, String... tags) {
        UUID id = UUID.randomUUID();
        long stored = jdbc.sql(
                        """
                        INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, content, posted_at, telegram_post_url)
                        VALUES (?, ?, ?, ?, ?, ?::timestamptz, ?) RETURNING number
                        """)
                .params(id, tenant, channel, NEXT.incrementAndGet(), text, at.toString(), "https://t.me/c/1/" + NEXT)
                .query(Long.class)
                .single();
        Map<String, String> all = new HashMap<>(enrichments);
        all.put("tags", "{\"tags\": " + new ObjectMapper().valueToTree(tags) + "}");
        all.forEach((kind, data) -> jdbc.sql(
                        "INSERT INTO post_enrichment (post_id, kind, provider, data) VALUES (?, ?, 'local', ?::jsonb)")
                .params(id, kind, data)
                .update());
        String indexed = text + "\n"
                + enrichments.values().stream().map(AnswerArchive::texts).collect(Collectors.joining("\n"));
        var payload = new PostPayload(
                id, tenant, channel, stored, List.of(tags), at, null, null, "", false, null, false, Set.of());
        synchronized (this) {
            pending.add(new IndexedPoint(payload, new float[0], indexed, 1, ""));
        }
        return new Stored(id, stored);
    }

    private static String texts(String json) {
        try {
            List<String> texts = new ArrayList<>();
            collect(new ObjectMapper().readTree(json), texts);
            return String.join("\n", texts);
        } catch (IOException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    private static void collect(JsonNode node, List<String> texts) {
        if (node.isTextual()) {
            texts.add(node.asText());
        }
        node.forEach(child -> collect(child, texts));
    }

    /** The posts of the demo channel by their message ids, with their hashtags as tags. */
    Map<Long, Stored> demo(UUID tenant, UUID channel) throws IOException {
        Map<Long, Stored> stored = new HashMap<>();
        try (InputStream export =
                Objects.requireNonNull(AnswerArchive.class.getResourceAsStream("/demo/result.json"))) {
            for (JsonNode message : new ObjectMapper().readTree(export).path("messages")) {
                String text = plain(message.path("text"));
                if (!text.isBlank()) {
                    String[] tags = Arrays.stream(text.split("\\s+"))
                            .filter(word -> word.matches("#[\\p{L}_]+"))
                            .map(word -> word.substring(1).replace('_', ' '))
                            .toArray(String[]::new);
                    Instant at =
                            LocalDateTime.parse(message.path("date").asText()).toInstant(ZoneOffset.UTC);
                    stored.put(message.path("id").asLong(), post(tenant, channel, at, text, tags));
                }
            }
        }
        return stored;
    }

    /** Telegram writes formatted texts as a list of parts. */
    private static String plain(JsonNode text) {
        return text.isTextual()
                ? text.asText()
                : text.valueStream()
                        .map(part -> part.isTextual()
                                ? part.asText()
                                : part.path("text").asText())
                        .collect(Collectors.joining());
    }

    static Question question(UUID tenant, long user, String text, UUID... channels) {
        return new Question(tenant, user, text, 0, Set.of(channels), null, null, null, null);
    }

    @Override
    public void close() {
        index.close();
    }
}
