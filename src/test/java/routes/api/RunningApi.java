package routes.api;

import io.lettuce.core.RedisClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.apache.camel.spring.boot.CamelAutoConfiguration;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.FilterType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.util.FileSystemUtils;
import routes.answers.AnswerModels;
import routes.answers.AnswerProperties;
import routes.answers.AnswerTask;
import routes.answers.LocalAnswers;
import routes.backup.BackupProperties;
import routes.configuration.ConfigFolderProperties;
import routes.configuration.InstanceProperties;
import routes.console.HawtioProperties;
import routes.crawltrigger.LinkRequests;
import routes.crawltrigger.LinkRequestsOfTests;
import routes.delivery.BotProperties;
import routes.digests.DigestProperties;
import routes.embeddings.EmbeddingProvider;
import routes.embeddings.LocalEmbeddings;
import routes.events.EventCodec;
import routes.events.Json;
import routes.events.StreamCatalog;
import routes.graph.Graph;
import routes.graph.postgres.PostgresGraph;
import routes.idempotency.RedisIdempotencyOptions;
import routes.idempotency.RedisIdempotentRepository;
import routes.ingest.ImportProperties;
import routes.ingest.ImportService;
import routes.ingest.IngestMetrics;
import routes.ingest.MediaProperties;
import routes.ingest.MediaStore;
import routes.ingest.PostIntake;
import routes.ingest.export.ExportSource;
import routes.ingest.preview.PreviewProperties;
import routes.ingest.upload.ExportUnpacker;
import routes.ingest.upload.UploadFolders;
import routes.ingest.upload.UploadProperties;
import routes.llm.ModelResult;
import routes.llm.ModelTask;
import routes.llm.ProviderCredentials;
import routes.llm.ReaderCalls;
import routes.objectstore.ObjectStore;
import routes.objectstore.folder.FolderObjectStore;
import routes.operations.RouteReloads;
import routes.operations.RouteReloadsOfTests;
import routes.operations.RouteTrials;
import routes.operations.RouteTrialsOfTests;
import routes.outbox.Outbox;
import routes.posts.PostEvents;
import routes.posts.PostRemoval;
import routes.posts.PostStoreSettings;
import routes.posts.PostWriter;
import routes.posts.StorageQuota;
import routes.posts.TaggingRequests;
import routes.redis.RedisLink;
import routes.redis.StreamAdmin;
import routes.redis.StreamRepair;
import routes.replay.OperatorAudit;
import routes.replay.ReplayProperties;
import routes.routefiles.PipelineStages;
import routes.schedule.ScheduleHealth;
import routes.schedule.ScheduleOfTests;
import routes.search.HybridSearch;
import routes.search.ReaderSearch;
import routes.stages.LegacyProperties;
import routes.stages.StreamKeys;
import routes.tdlib.Tdlib;
import routes.tdlib.standin.TelegramStandIn;
import routes.telegram.SignIns;
import routes.telegram.TelegramAccounts;
import routes.telegram.TelegramProperties;
import routes.testing.EmbeddedDatabase;
import routes.testing.EmbeddedRedis;
import routes.text.SearchWords;
import routes.text.TextAnalysis;
import routes.timeline.TimelineTable;
import routes.trends.TrendsProperties;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.lucene.LuceneVectorIndex;
import routes.web.CrawlProperties;
import routes.web.PageFetcher;

/** The API on free ports with a database of its own, for the time of one test class. */
final class RunningApi implements BeforeAllCallback, AfterAllCallback {

    static final String SESSION_KEY = "a key of the sessions of accounts";

    private final EmbeddedDatabase database = new EmbeddedDatabase();
    private final EmbeddedRedis redis = new EmbeddedRedis();
    private final Map<String, Supplier<String>> settings = new LinkedHashMap<>();
    private ConfigurableApplicationContext context;
    private Path folder;

    RunningApi with(String name, String value) {
        return with(name, () -> value);
    }

    /** A value that is known when the tests begin. */
    RunningApi with(String name, Supplier<String> value) {
        settings.put(name, value);
        return this;
    }

    @Override
    public void beforeAll(ExtensionContext test) throws SQLException, IOException {
        database.beforeAll(test);
        redis.beforeAll(test);
        folder = folder();
        var defaults = new LinkedHashMap<String, Object>();
        defaults.put("spring.datasource.url", database.jdbcUrl());
        defaults.put("spring.datasource.hikari.connection-timeout", "10000");
        defaults.put("spring.flyway.enabled", "false");
        defaults.put("spring.servlet.multipart.enabled", "false");
        defaults.put("spring.main.banner-mode", "off");
        defaults.put("server.port", "0");
        defaults.put("server.address", "127.0.0.1");
        defaults.put("management.server.port", "0");
        defaults.put("management.server.address", "127.0.0.1");
        defaults.put("management.endpoints.web.base-path", "/");
        defaults.put("management.endpoints.web.discovery.enabled", "false");
        defaults.put("management.endpoints.web.exposure.include", "health,prometheus");
        defaults.put("management.endpoints.web.path-mapping.prometheus", "metrics");
        defaults.put("management.endpoint.health.show-details", "always");
        defaults.put("management.endpoint.health.status.order", "DOWN,OUT_OF_SERVICE,DEGRADED,UP,UNKNOWN");
        defaults.put("management.endpoint.health.group.live.include", "ping");
        defaults.put("management.endpoint.health.group.ready.include", "db,redis");
        defaults.put("telegram.api-hash", "0123456789abcdef0123456789abcdef");
        defaults.put("telegram.session-key", SESSION_KEY);
        defaults.put("tagging.providers", "local");
        defaults.put("tagging.max-attempts", "5");
        defaults.put("data.dir", folder.toString());
        defaults.put("import.dir", folder.resolve("imports").toString());
        settings.forEach((name, value) -> defaults.put(name, value.get()));
        context = new SpringApplicationBuilder(Application.class)
                .initializers(beans -> {
                    RedisClient client = redis.newClient();
                    beans.getBeanFactory().registerSingleton("redisClient", client);
                    beans.getBeanFactory()
                            .registerSingleton("redisLink", new RedisLink(client, Duration.ofSeconds(10)));
                })
                // as arguments they go before what application.yml says
                .run(defaults.entrySet().stream()
                        .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
                        .toArray(String[]::new));
    }

    /** With a copy of the exports, since uploads are written beside them. */
    private static Path folder() {
        try {
            Path folder = Files.createTempDirectory("api");
            FileSystemUtils.copyRecursively(Path.of("src/test/resources/exports"), folder.resolve("imports"));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void afterAll(ExtensionContext test) throws SQLException, IOException {
        if (context != null) {
            context.close();
            // test classes keep what is static in them until the last test has ended
            context = null;
        }
        // the pool has set it for the whole JVM, to its own limit
        DriverManager.setLoginTimeout(0);
        database.afterAll(test);
        redis.afterAll(test);
        FileSystemUtils.deleteRecursively(folder.toFile());
    }

    int port() {
        return port("local.server.port");
    }

    ApiClient client() {
        return new ApiClient(port());
    }

    ApiClient client(String key) {
        return new ApiClient(port(), key);
    }

    ApiClient managementClient() {
        return managementClient(null);
    }

    ApiClient managementClient(String key) {
        return new ApiClient(managementPort(), key);
    }

    int managementPort() {
        return port("local.management.port");
    }

    Fixtures fixtures() {
        return new Fixtures(jdbc(), bean(ObjectStore.class));
    }

    JdbcClient jdbc() {
        return database.jdbc();
    }

    String jdbcUrl() {
        return database.jdbcUrl();
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    <T> T bean(String name, Class<T> type) {
        return context.getBean(name, type);
    }

    private int port(String property) {
        return context.getEnvironment().getRequiredProperty(property, Integer.class);
    }

    /** The API without the pipeline; the health of the parts that are not there is what the test says. */
    // not a @Configuration, which the scan of the whole application would find in tests
    @EnableAutoConfiguration(exclude = {CamelAutoConfiguration.class, RedisAutoConfiguration.class})
    @ComponentScan(
            basePackages = {
                "routes.api",
                "routes.answers",
                "routes.backup",
                "routes.console",
                "routes.delivery",
                "routes.digests",
                "routes.feeds",
                "routes.interests",
                "routes.replay",
                "routes.stories",
                "routes.trends"
            },
            excludeFilters = @ComponentScan.Filter(type = FilterType.REGEX, pattern = ".*RoutedModels"))
    @EnableConfigurationProperties({
        UploadProperties.class,
        TelegramProperties.class,
        PreviewProperties.class,
        AnswerProperties.class,
        BotProperties.class,
        DigestProperties.class,
        TrendsProperties.class,
        ConfigFolderProperties.class,
        InstanceProperties.class,
        ReplayProperties.class,
        BackupProperties.class,
        HawtioProperties.class
    })
    static class Application {
        /** Who writes and judges answers; null for the local provider, without a judge. */
        static final AtomicReference<AnswerModels> MODELS = new AtomicReference<>();

        /** Runs before an answer is written; null for nothing. */
        static final AtomicReference<Runnable> MODEL = new AtomicReference<>();

        /** Writes answers instead of the sentences of the posts; null for these. */
        static final AtomicReference<Function<AnswerTask, ModelResult>> WRITER = new AtomicReference<>();

        private static final PostStoreSettings SETTINGS =
                new PostStoreSettings(Duration.ofDays(90), Duration.ofSeconds(30), "media");

        @Bean
        StreamCatalog streamCatalog() {
            return new StreamCatalog();
        }

        @Bean
        EventCodec eventCodec(StreamCatalog catalog) {
            return new EventCodec(Json.newMapper(), catalog);
        }

        @Bean
        StreamKeys streamKeys(StreamCatalog catalog) {
            return new StreamKeys(catalog, new LegacyProperties(false));
        }

        @Bean
        StreamAdmin streamAdmin(RedisLink redis) {
            return new StreamAdmin(redis);
        }

        @Bean
        StreamRepair streamRepair(RedisLink redis) {
            return new StreamRepair(redis);
        }

        @Bean
        RedisIdempotentRepository taggingIdempotency(RedisClient redis) {
            var options = new RedisIdempotencyOptions(
                    "tagging:processed:",
                    Duration.ofHours(1),
                    Duration.ofSeconds(60),
                    "test",
                    100,
                    Duration.ofSeconds(10));
            return new RedisIdempotentRepository(redis, options, source -> {});
        }

        @Bean
        Outbox outbox(DataSource database, EventCodec codec) {
            return new Outbox(database, codec);
        }

        @Bean
        PostWriter postWriter(DataSource database, Outbox outbox) {
            return new PostWriter(database, new JdbcTransactionManager(database), outbox, SETTINGS, Clock.systemUTC());
        }

        @Bean
        TimelineTable timelines(DataSource database) {
            return new TimelineTable(database, new JdbcTransactionManager(database));
        }

        @Bean
        PostRemoval postRemoval(DataSource database, Outbox outbox) {
            return new PostRemoval(database, new JdbcTransactionManager(database), outbox, SETTINGS, Clock.systemUTC());
        }

        @Bean
        TaggingRequests taggingRequests(DataSource database, JdbcClient jdbc, Outbox outbox) {
            return new TaggingRequests(
                    jdbc,
                    new PostEvents(jdbc, Clock.systemUTC()),
                    outbox,
                    Duration.ofHours(1),
                    new JdbcTransactionManager(database));
        }

        @Bean
        LinkRequests linkRequests(DataSource database, JdbcClient jdbc, RedisLink redis, Outbox outbox) {
            return LinkRequestsOfTests.of(jdbc, redis, outbox, new JdbcTransactionManager(database));
        }

        /** One that may go to the servers of tests. */
        @Bean
        PageFetcher pageFetcher() {
            var limits = new CrawlProperties(
                    Set.of(80),
                    true,
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(2),
                    1 << 20,
                    5,
                    Duration.ZERO,
                    "TestCrawler",
                    Set.of());
            return new PageFetcher(limits, Clock.systemUTC());
        }

        /** Telegram and TDLib before it. */
        @Bean
        TelegramStandIn telegram() {
            return new TelegramStandIn();
        }

        /** @param library a real library of TDLib; empty: the stand-in */
        @Bean
        TelegramAccounts telegramAccounts(
                TelegramProperties properties,
                TelegramStandIn telegram,
                @Value("${data.dir}") Path folder,
                @Value("${tdlib.library:}") String library) {
            var standIn = new Tdlib(telegram, Duration.ZERO);
            return new TelegramAccounts(
                    properties,
                    folder.resolve("telegram"),
                    account -> account.toFile().mkdirs(),
                    () -> library.isEmpty() ? standIn : Tdlib.load(Path.of(library), Duration.ZERO));
        }

        @Bean
        SignIns signIns(TelegramAccounts accounts, @Value("${pipeline.routes:}") String stages) {
            return new SignIns(accounts, PipelineStages.parse(stages).includes("telegram"));
        }

        @Bean
        ScheduleHealth schedule(JdbcClient jdbc) {
            return ScheduleOfTests.health(jdbc);
        }

        @Bean
        ProviderCredentials providerCredentials() {
            return new ProviderCredentials(Set.of("gigachat", "openrouter"));
        }

        @Bean
        ObjectStore objectStore(@Value("${data.dir}") Path folder) throws IOException {
            return new FolderObjectStore(Files.createDirectories(folder.resolve("media")));
        }

        @Bean
        RouteReloadsOfTests routes(@Value("${data.dir}") Path folder, ObjectProvider<OperatorAudit> audit) {
            return new RouteReloadsOfTests(folder.resolve("routes"), audit);
        }

        @Bean
        RouteTrials routeTrials(ApplicationContext spring, JdbcClient jdbc, PlatformTransactionManager transactions) {
            return RouteTrialsOfTests.of(spring, jdbc, transactions);
        }

        @Bean
        RouteReloads routeReloads(RouteReloadsOfTests routes) {
            return routes.reloads();
        }

        @Bean
        UploadFolders uploadFolders(@Value("${import.dir}") Path importDir) {
            return new UploadFolders(importDir);
        }

        @Bean
        ExportUnpacker exportUnpacker(UploadProperties limits) {
            return new ExportUnpacker(limits);
        }

        @Bean
        StorageQuota storageQuota(DataSource database, ObjectStore objects) {
            return new StorageQuota(
                    JdbcClient.create(database),
                    new JdbcTransactionManager(database),
                    SETTINGS,
                    objects,
                    new SimpleMeterRegistry());
        }

        @Bean
        ImportService imports(
                DataSource database,
                PostWriter writer,
                PostRemoval removal,
                ObjectStore objects,
                StorageQuota quota,
                UploadFolders uploads) {
            var metrics = new IngestMetrics(new SimpleMeterRegistry());
            var media = new MediaStore(objects, quota, new MediaProperties(41_943_040, 4), metrics);
            return new ImportService(
                    database,
                    path -> ExportSource.open(path, ZoneOffset.UTC),
                    new PostIntake(media, writer, metrics),
                    removal,
                    new ImportProperties(null, 1, Duration.ofSeconds(20), false),
                    progress -> {
                        if (progress.isOver()) {
                            uploads.release(progress.file());
                        }
                    });
        }

        @Bean
        VectorIndex vectorIndex(@Value("${data.dir}") Path folder) throws IOException {
            return LuceneVectorIndex.open(Files.createDirectories(folder.resolve("index")));
        }

        @Bean
        EmbeddingProvider embeddings() {
            return new LocalEmbeddings(new TextAnalysis(new SearchWords()));
        }

        @Bean
        Graph graph(JdbcClient jdbc, PlatformTransactionManager transactions) {
            return new PostgresGraph(jdbc, transactions);
        }

        @Bean
        HybridSearch search(VectorIndex index, EmbeddingProvider embeddings, Graph graph, SearchWords words) {
            return new HybridSearch(index, embeddings, graph, words);
        }

        @Bean
        ReaderSearch readerSearch(HybridSearch search, JdbcClient jdbc) {
            return new ReaderSearch(search, jdbc);
        }

        @Bean
        ReaderCalls readerCalls() {
            return new ReaderCalls();
        }

        @Bean
        SearchWords searchWords() {
            return new SearchWords();
        }

        @Bean
        Clock clock() {
            return Clock.systemUTC();
        }

        /** Without models, unless a test has one. */
        @Bean
        AnswerModels answerModels(LocalAnswers local) {
            return new AnswerModels() {
                @Override
                public ModelResult answer(AnswerTask task) {
                    AnswerModels models = MODELS.get();
                    if (models != null) {
                        return models.answer(task);
                    }
                    Runnable before = MODEL.get();
                    if (before != null) {
                        before.run();
                    }
                    Function<AnswerTask, ModelResult> writer = WRITER.get();
                    return writer == null ? local.answer(task) : writer.apply(task);
                }

                @Override
                public ModelResult check(ModelTask task) {
                    AnswerModels models = MODELS.get();
                    if (models != null) {
                        return models.check(task);
                    }
                    throw new IllegalStateException("there is no model");
                }

                @Override
                public boolean canCheck() {
                    return MODELS.get() != null;
                }
            };
        }

        @Bean
        SwitchableHealth redisHealthIndicator() {
            return new SwitchableHealth();
        }

        @Bean
        SwitchableHealth indexHealthIndicator() {
            return new SwitchableHealth();
        }
    }

    static final class SwitchableHealth implements HealthIndicator {
        private volatile Health health = Health.up().build();

        void is(Health.Builder now) {
            health = now.withDetail("address", "redis://10.0.0.1").build();
        }

        @Override
        public Health health() {
            return health;
        }
    }
}
