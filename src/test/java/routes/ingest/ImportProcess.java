package routes.ingest;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import routes.events.EventCodec;
import routes.events.Json;
import routes.events.StreamCatalog;
import routes.ingest.export.ExportSource;
import routes.objectstore.folder.FolderObjectStore;
import routes.outbox.Outbox;
import routes.posts.PostRemoval;
import routes.posts.PostStoreSettings;
import routes.posts.PostWriter;
import routes.posts.StorageQuota;

/** An import in a process of its own, which a test can kill or give little memory: JDBC URL, export, data folder. */
public final class ImportProcess {
    private ImportProcess() {}

    public static void main(String[] arguments) throws Exception {
        var config = new HikariConfig();
        config.setJdbcUrl(arguments[0]);
        var database = new HikariDataSource(config);
        var metrics = new IngestMetrics(new SimpleMeterRegistry());
        var objects = new FolderObjectStore(Path.of(arguments[2]));
        var transactions = new JdbcTransactionManager(database);
        var outbox = new Outbox(database, new EventCodec(Json.newMapper(), new StreamCatalog()));
        var settings = new PostStoreSettings(Duration.ofDays(90), Duration.ofSeconds(30), "media");
        var quota = new StorageQuota(
                JdbcClient.create(database), transactions, settings, objects, new SimpleMeterRegistry());
        var media = new MediaStore(objects, quota, new MediaProperties(41_943_040, 4), metrics);
        var writer = new PostWriter(database, transactions, outbox, settings, Clock.systemUTC());
        var removal = new PostRemoval(database, transactions, outbox, settings, Clock.systemUTC());
        var terminal = new TerminalProgress(System.out, false);
        var over = new CountDownLatch(1);
        try (database;
                media;
                var service = new ImportService(
                        database,
                        path -> ExportSource.open(path, ZoneOffset.UTC),
                        new PostIntake(media, writer, metrics),
                        removal,
                        new ImportProperties(null, 5, Duration.ofSeconds(20), false),
                        progress -> {
                            terminal.progress(progress);
                            if (progress.isOver()) {
                                over.countDown();
                            }
                        })) {
            service.submit(1, UUID.fromString("00000000-0000-0000-0000-000000000001"), Path.of(arguments[1]));
            over.await();
        }
    }
}
