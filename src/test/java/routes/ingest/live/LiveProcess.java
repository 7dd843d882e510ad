package routes.ingest.live;

import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import routes.configuration.InstanceProperties;
import routes.events.EventCodec;
import routes.events.Json;
import routes.events.StreamCatalog;
import routes.ingest.IngestMetrics;
import routes.ingest.MediaProperties;
import routes.ingest.MediaStore;
import routes.ingest.PostIntake;
import routes.ingest.preview.PreviewProperties;
import routes.objectstore.folder.FolderObjectStore;
import routes.operations.DependencyOutages;
import routes.outbox.Outbox;
import routes.posts.ChannelStore;
import routes.posts.PostRemoval;
import routes.posts.PostStoreSettings;
import routes.posts.PostWriter;
import routes.posts.StorageQuota;
import routes.redis.RedisLink;
import routes.tdlib.Tdlib;
import routes.telegram.AccountStates;
import routes.telegram.TelegramAccount;
import routes.telegram.TelegramAccount.State;
import routes.telegram.TelegramAccounts;
import routes.telegram.TelegramProperties;
import routes.testing.RouteCoverage;
import routes.web.CrawlProperties;
import routes.web.HostLeases;
import routes.web.PageFetcher;

/** A process that reads channels live: the routes of the product, with a stand-in behind TDLib and a real database. */
final class LiveProcess implements AutoCloseable {
    static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");
    static final String PHONE = "+79990000001";
    static final String CODE = "12345";
    static final Duration TIME = Duration.ofSeconds(60);
    private static final TelegramProperties TELEGRAM =
            new TelegramProperties(12345, "0123456789abcdef0123456789abcdef", "a key of thirty-two characters!!", true);

    /** For pages and files; long, so that a slow machine causes no failures. */
    static final Duration FETCH_TIMEOUT = Duration.ofSeconds(30);

    /** Reads everything, and often. */
    static final ParserProperties ALL = parser(87_600, 1);

    final DefaultCamelContext camel = new DefaultCamelContext();
    final TelegramAccounts accounts;
    final LiveFeed feed;
    final PostIntake intake;
    final PostRemoval removal;
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final PageFetcher fetcher;
    private final MortalDatabase database;
    private final MediaStore media;
    private final JdbcClient jdbc;
    private final Duration interval;

    /** After its death nothing reaches the database any more, and nothing is committed. */
    private static final class MortalDatabase extends DelegatingDataSource {
        private final BooleanSupplier dies;
        private volatile boolean dead;

        MortalDatabase(DataSource database, BooleanSupplier dies) {
            super(database);
            this.dies = dies;
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection connection = super.getConnection();
            return (Connection) java.lang.reflect.Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                        boolean ends = method.getName().equals("close")
                                || method.getName().equals("rollback");
                        if (method.getName().equals("commit") && dies.getAsBoolean()) {
                            dead = true;
                        }
                        if (dead && !ends) {
                            throw new SQLException("the process is dead", "08006");
                        }
                        try {
                            return method.invoke(connection, arguments);
                        } catch (java.lang.reflect.InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }
    }

    static ParserProperties parser(int hours, int interval) {
        return parser(hours, interval, FETCH_TIMEOUT);
    }

    static ParserProperties parser(int hours, int interval, Duration downloadTimeout) {
        return new ParserProperties(
                hours,
                interval,
                30,
                Duration.ofMillis(150),
                Duration.ofMillis(50),
                Duration.ofMillis(200),
                4,
                8,
                downloadTimeout);
    }

    /**
     * The public preview.
     *
     * @param url null: it is not read
     * @param account whether there is a Telegram account too
     * @param timeout for a page
     */
    record Preview(String url, RedisLink redis, Duration requestDelay, boolean account, Duration timeout) {
        Preview(String url, RedisLink redis, Duration requestDelay, boolean account) {
            this(url, redis, requestDelay, account, FETCH_TIMEOUT);
        }
    }

    LiveProcess(DataSource source, Path folder, Tdlib tdlib, ParserProperties parser, long maxBytes, Preview preview)
            throws Exception {
        this(source, folder, tdlib, parser, maxBytes, preview, () -> false);
    }

    /** @param dies asked before each commit; true: the process dies instead, as by {@link #kill()} */
    LiveProcess(
            DataSource source,
            Path folder,
            Tdlib tdlib,
            ParserProperties parser,
            long maxBytes,
            Preview preview,
            BooleanSupplier dies)
            throws Exception {
        boolean account = preview == null || preview.account();
        TelegramProperties telegram = account ? TELEGRAM : new TelegramProperties(0, "", "", true);
        Clock clock = Clock.systemUTC();
        interval = parser.interval();
        Duration timeout = preview == null ? FETCH_TIMEOUT : preview.timeout();
        var limits = new CrawlProperties(
                Set.of(80), true, timeout, timeout, 1 << 20, 5, Duration.ZERO, "TestReader/1.0", Set.of());
        fetcher = new PageFetcher(limits, clock);
        database = new MortalDatabase(source, dies);
        jdbc = JdbcClient.create(database);
        accounts = new TelegramAccounts(telegram, folder.resolve("telegram"), LiveProcess::create, () -> tdlib);
        var metrics = new IngestMetrics(registry);
        var objects = new FolderObjectStore(folder.resolve("objects"));
        var transactions = new JdbcTransactionManager(database);
        var outbox = new Outbox(database, new EventCodec(Json.newMapper(), new StreamCatalog()));
        var settings = new PostStoreSettings(Duration.ofDays(90), Duration.ofSeconds(30), "media");
        var quota = new StorageQuota(jdbc, transactions, settings, objects, registry);
        var mediaLimits = new MediaProperties(maxBytes, 4);
        media = new MediaStore(objects, quota, mediaLimits, metrics);
        intake = new PostIntake(media, new PostWriter(database, transactions, outbox, settings, clock), metrics);
        removal = new PostRemoval(database, transactions, outbox, settings, clock);
        var table = new LiveChannels(jdbc);
        var liveMetrics = new LiveMetrics(registry, jdbc);
        feed = new LiveFeed(table, accounts, telegram, parser, liveMetrics, camel, clock);
        var writer =
                new LiveWriter(table, intake, removal, new Downloads(media, parser), liveMetrics, transactions, clock);
        var store = new ChannelStore(database);
        var reader = new LiveReader(feed, table, writer, store, parser, transactions, clock);
        var properties = preview == null || preview.url() == null
                ? new PreviewProperties(false, "https://t.me", Duration.ZERO)
                : new PreviewProperties(true, preview.url(), preview.requestDelay());
        var leases = new HostLeases(preview == null ? null : preview.redis());
        var previewTable = new PreviewTable(jdbc, table);
        var previewFeed = new PreviewFeed(previewTable, table, feed, leases, properties, parser, clock);
        var downloads = new PreviewDownloads(fetcher, media, mediaLimits);
        var previewWriter = new PreviewWriter(table, previewTable, writer, downloads, parser, clock);
        camel.getRegistry().bind("previewFeed", previewFeed);
        camel.getRegistry()
                .bind(
                        "previewReader",
                        new PreviewReader(
                                previewFeed,
                                previewTable,
                                table,
                                previewWriter,
                                store,
                                leases,
                                liveMetrics,
                                properties,
                                parser,
                                limits,
                                transactions,
                                clock));
        camel.getRegistry().bind("pageFetcher", fetcher);
        camel.getRegistry().bind("liveFeed", feed);
        camel.getRegistry().bind("liveReader", reader);
        camel.getRegistry().bind("telegramAccounts", accounts);
        camel.getRegistry()
                .bind(
                        "telegramAccountStates",
                        new AccountStates(accounts, jdbc, clock, new InstanceProperties("test")));
        camel.getRegistry().bind("outages", new DependencyOutages());
        var settingsOfRoutes = new Properties();
        settingsOfRoutes.put("parser.channels-at-once", Integer.toString(parser.channelsAtOnce()));
        settingsOfRoutes.put("parser.pages-per-second", Integer.toString(parser.pagesPerSecond()));
        camel.getPropertiesComponent().setInitialProperties(settingsOfRoutes);
        camel.getShutdownStrategy().setTimeUnit(TimeUnit.MILLISECONDS);
        camel.getShutdownStrategy().setTimeout(200);
        camel.getShutdownStrategy().setSuppressLoggingOnTimeout(true);
        RouteCoverage.watch(camel);
        var loader = PluginHelper.getRoutesLoader(camel);
        for (String file : new String[] {"00-errors.camel.yaml", "11-telegram.camel.yaml", "12-preview.camel.yaml"}) {
            loader.loadRoutes(ResourceHelper.fromString(file, sooner(text("/routes/" + file))));
        }
        if (account) {
            signIn();
        }
        camel.start();
        // the first tick adds a route, for which the context must have started
        camel.getRouteController().startRoute("preview");
        camel.getRouteController().startRoute("telegram");
    }

    /** The same routes with shorter waits: a tick comes after 50 ms, also the first one, and an idle queue ends at once. */
    private static String sooner(String routes) {
        return routes.replaceAll("( +)period: \"\\d+\"", "$1period: \"50\"\n$1delay: \"0\"")
                .replaceAll("( +)size: \"1000\"", "$0\n$1pollTimeout: \"50\"")
                .replaceAll("( +)id: (telegram|preview)\n", "$0$1autoStartup: \"false\"\n");
    }

    private void signIn() throws Exception {
        TelegramAccount account = accounts.open("main");
        var status =
                account.await(next -> next.state() == State.READY || next.state() == State.NEEDS_PHONE_NUMBER, TIME);
        if (status.state() == State.NEEDS_PHONE_NUMBER) {
            account.answer(State.NEEDS_PHONE_NUMBER, PHONE);
            account.await(next -> next.state() == State.NEEDS_CODE, TIME);
            account.answer(State.NEEDS_CODE, CODE);
            account.await(next -> next.state() == State.READY, TIME);
        }
    }

    private static void create(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(String resource) throws IOException {
        try (InputStream in = LiveProcess.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Waits until all updates are applied and every channel was read to its end after this call. */
    void awaitRead() {
        Instant since = Instant.now();
        // the next reading is due now
        jdbc.sql("UPDATE live_channels SET passed_at = passed_at - make_interval(secs => ?)")
                .param(interval.toSeconds())
                .update();
        feed.done(new LiveTask("", null, since));
        await().atMost(TIME)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> feed.isIdle()
                        && jdbc.sql(
                                                """
                                SELECT count(*) FROM user_channel s LEFT JOIN live_channels l USING (channel_id)
                                WHERE s.is_active AND l.paused_at IS NULL AND (l.chat_id IS NULL OR l.pass_next IS NOT NULL
                                    OR l.wanted IS NOT NULL OR l.passed_at IS NULL OR l.passed_at <= ?)""")
                                        .param(since.atOffset(java.time.ZoneOffset.UTC))
                                        .query(Long.class)
                                        .single()
                                == 0);
    }

    boolean isDead() {
        return database.dead;
    }

    /** As kill -9: what is in memory is gone, and what is not committed too. */
    void kill() throws Exception {
        database.dead = true;
        close();
    }

    @Override
    public void close() throws Exception {
        camel.stop();
        accounts.close();
        media.close();
        fetcher.close();
    }
}
