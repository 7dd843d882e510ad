package routes.cleanup;

import io.lettuce.core.RedisClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import routes.digests.DigestsOfTests;
import routes.events.Event;
import routes.events.EventCodec;
import routes.events.Json;
import routes.events.PostDeleted;
import routes.events.StreamCatalog;
import routes.graph.postgres.PostgresGraph;
import routes.objectstore.folder.FolderObjectStore;
import routes.outbox.Outbox;
import routes.posts.PostRemoval;
import routes.posts.PostStoreSettings;
import routes.posts.StorageQuota;
import routes.redis.RedisLink;
import routes.vectorindex.lucene.LuceneVectorIndex;

/** The sweep, then what the stage does with its events, until nothing is left: a program that is killed. */
final class CleanupProcess implements AutoCloseable {
    private static final int BATCH = 250;

    private final JdbcClient jdbc;
    private final LuceneVectorIndex index;
    private final RedisLink redis;
    private final Cleanup cleanup;
    private final CleanupSweep sweep;

    CleanupProcess(DataSource database, String redisUrl, Path folder) throws Exception {
        var transactions = new JdbcTransactionManager(database);
        var outbox = new Outbox(database, new EventCodec(Json.newMapper(), new StreamCatalog()));
        var settings = new PostStoreSettings(Duration.ofDays(90), Duration.ofSeconds(30), "media");
        var removal = new PostRemoval(database, transactions, outbox, settings, Clock.systemUTC());
        var metrics = new SimpleMeterRegistry();
        jdbc = JdbcClient.create(database);
        index = LuceneVectorIndex.open(folder.resolve("index"));
        redis = new RedisLink(RedisClient.create(redisUrl), Duration.ofSeconds(10));
        var graph = new PostgresGraph(jdbc, transactions);
        cleanup = new Cleanup(
                removal, index, graph, List.of(DigestsOfTests.table(database)), jdbc, transactions, metrics);
        sweep = new CleanupSweep(
                jdbc,
                removal,
                graph,
                new StorageQuota(jdbc, transactions, settings, new FolderObjectStore(folder.resolve("media")), metrics),
                redis,
                new CleanupSweep.CleanupProperties(Duration.ofHours(1), Duration.ZERO),
                Clock.systemUTC());
    }

    void run() throws Exception {
        sweep.sweep();
        while (work() > 0) {
            // until the outbox is empty
        }
        sweep.sweep();
    }

    private record Row(long id, UUID postId, UUID tenantId, UUID channelId) {}

    /** As the relay and the stage: an event goes when its work is done. */
    private int work() {
        List<Row> rows = jdbc.sql(
                        """
                        SELECT id, CAST(event ->> 'post_id' AS uuid) AS post_id, CAST(event ->> 'tenant_id' AS uuid) AS tenant_id,
                            CAST(event ->> 'channel_id' AS uuid) AS channel_id
                        FROM outbox WHERE stream = 'posts.deleted' ORDER BY id LIMIT ?
                        """)
                .param(BATCH)
                .query(Row.class)
                .list();
        if (!rows.isEmpty()) {
            cleanup.clean(rows.stream()
                    .map(row -> new PostDeleted(
                            Event.SCHEMA_VERSION,
                            "trace",
                            Clock.systemUTC().instant(),
                            "key",
                            row.postId(),
                            row.tenantId(),
                            row.channelId(),
                            "ttl",
                            null))
                    .toList());
            jdbc.sql("DELETE FROM outbox WHERE id = ANY (?)")
                    .param(rows.stream().map(Row::id).toArray(Long[]::new))
                    .update();
        }
        return rows.size();
    }

    @Override
    public void close() {
        index.close();
        redis.close();
    }

    /** Addresses of database and Redis, and a folder. */
    public static void main(String[] arguments) throws Exception {
        var database = new PGSimpleDataSource();
        database.setUrl(arguments[0]);
        try (var process = new CleanupProcess(database, arguments[1], Path.of(arguments[2]))) {
            process.run();
        }
    }
}
