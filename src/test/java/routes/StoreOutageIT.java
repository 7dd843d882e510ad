package routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.Range;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.health.HealthEndpoint;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.embedded.PreparedData;
import routes.events.StreamCatalog;
import routes.ingest.ExportGenerator;
import routes.operations.MainJob;
import routes.operations.PipelineCounts;
import routes.operations.RunOptions;
import routes.redis.StreamAdmin;
import routes.testing.EmbeddedRedis;
import routes.testing.Neo4jServer;
import routes.testing.qdrant.QdrantStandIn;
import routes.vectorindex.VectorIndex;

/** Qdrant and Neo4j stop while posts are indexed, one after the other. */
@Timeout(420)
class StoreOutageIT {
    private static final int POSTS = 150;

    @RegisterExtension
    static final EmbeddedRedis REDIS = new EmbeddedRedis();

    @RegisterExtension
    static final Neo4jServer NEO4J = new Neo4jServer();

    @RegisterExtension
    static final QdrantStandIn QDRANT = new QdrantStandIn();

    private ConfigurableApplicationContext application;

    @AfterEach
    void stop() {
        application.close();
    }

    @Test
    void an_outage_of_one_store_loses_nothing_repeats_nothing_and_does_not_hold_up_the_other(@TempDir Path folder)
            throws Exception {
        Path export = folder.resolve("result.json");
        ExportGenerator.write(export, POSTS, 300);
        NEO4J.kill();

        CompletableFuture<Integer> result = run(folder, export);

        // without the graph, every post gets into the index
        eventually().until(() -> index().count() == POSTS);
        assertThat(health("graph")).isEqualTo("DEGRADED");
        assertThat(health("index")).isEqualTo("UP");
        eventually().until(() -> waiting() == POSTS);
        eventually().until(() -> up("graph") == 0 && up("vector_index") == 1);
        assertThat(result).isNotDone();
        NEO4J.start();
        eventually().until(() -> counts().indexed() > POSTS / 10);

        // without the index, posts get their relationships
        QDRANT.stop();
        eventually().until(() -> posts() == POSTS);
        eventually().until(() -> health("index").equals("DOWN") && up("vector_index") == 0);
        QDRANT.start();

        assertThat(result.get(120, TimeUnit.SECONDS)).isZero();
        eventually().until(() -> health("graph").equals("UP") && health("index").equals("UP"));
        eventually().until(() -> up("graph") == 1 && up("vector_index") == 1);
        assertThat(counts().indexed()).isEqualTo(POSTS);
        assertThat(waiting()).isZero();
        assertThat(index().count()).isEqualTo(POSTS);
        var streams = application.getBean(StreamAdmin.class);
        assertThat(new StreamCatalog().streams())
                .allSatisfy(stream ->
                        assertThat(streams.stream(stream.key()).deadLetters()).isZero());
        assertThat(NEO4J.query(
                        """
                        MATCH (p:Post)-[:TAGGED_AS]->(a:Tag), (p)-[:TAGGED_AS]->(b:Tag) WHERE a.name < b.name
                        WITH a, b, count(*) AS posts
                        OPTIONAL MATCH (a)-[r:RELATED_TO]-(b)
                        WITH a, b, posts, collect(r.weight) AS weights WHERE weights <> [posts]
                        RETURN posts, weights
                        """,
                        row -> row.asMap()))
                .isEmpty();
        aReplayChangesNothing();
    }

    private void aReplayChangesNothing() {
        Map<String, Object> before = sizes();
        double written = processed("success");
        double skipped = processed("skipped");
        long embedded = embedded();
        List<Map<String, String>> entries = new ArrayList<>();
        REDIS.commands()
                .xrange("stream:posts:enriched", Range.unbounded())
                .forEach(entry -> entries.add(entry.getBody()));
        assertThat(entries).hasSizeGreaterThanOrEqualTo(POSTS);

        entries.forEach(entry -> REDIS.commands().xadd("stream:posts:enriched", entry));

        eventually().until(() -> processed("skipped") >= skipped + entries.size());
        assertThat(processed("success")).isEqualTo(written);
        assertThat(embedded()).isEqualTo(embedded).isPositive();
        assertThat(sizes()).isEqualTo(before);
    }

    private Map<String, Object> sizes() {
        return NEO4J.query(
                        "MATCH (n) WITH count(n) AS nodes MATCH ()-[r]->() RETURN nodes, count(r) AS relationships, sum(r.weight) AS weight",
                        row -> row.asMap())
                .get(0);
    }

    private long posts() {
        return NEO4J.query("MATCH (:Channel)-[:HAS_POST]->(p:Post) RETURN count(p) AS posts", row -> row.get("posts")
                        .asLong())
                .get(0);
    }

    private double processed(String status) {
        return application
                .getBean(MeterRegistry.class)
                .counter("indexing.processed", "status", status)
                .count();
    }

    private long embedded() {
        return application
                .getBean(MeterRegistry.class)
                .get("embedding.latency")
                .timer()
                .count();
    }

    private CompletableFuture<Integer> run(Path folder, Path export) {
        application = CommandLine.open(RunOptions.parse(Stream.concat(
                        Stream.of(
                                "--import=" + export,
                                "--exit-when-idle",
                                "--data.dir=" + PreparedData.in(folder.resolve("data")),
                                "--api.port=0",
                                "--management.port=0",
                                "--outbox.poll-interval=20",
                                "--redis.url=" + REDIS.uri(),
                                "--qdrant.url=" + QDRANT.url()),
                        NEO4J.settings().entrySet().stream()
                                .map(setting -> "--"
                                        + setting.getKey()
                                                .toLowerCase(Locale.ROOT)
                                                .replace('_', '.') + "=" + setting.getValue()))
                .toArray(String[]::new)));
        var job = application.getBean(MainJob.class);
        return CompletableFuture.supplyAsync(() -> {
            try {
                return job.run(System.out);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private VectorIndex index() {
        return application.getBean(VectorIndex.class);
    }

    private double up(String target) {
        return application
                .getBean(MeterRegistry.class)
                .get("metrics.backend.up")
                .tag("target", target)
                .gauge()
                .value();
    }

    private String health(String part) {
        return application
                .getBean(HealthEndpoint.class)
                .healthForPath(part)
                .getStatus()
                .getCode();
    }

    private PipelineCounts.Counts counts() {
        return application.getBean(PipelineCounts.class).counts();
    }

    /** Posts whose row says that they wait, and for what. */
    private long waiting() {
        return application
                .getBean(JdbcClient.class)
                .sql(
                        "SELECT count(*) FROM posts WHERE indexing_status = 'pending' AND indexing_error LIKE 'waits: The % in %'")
                .query(Long.class)
                .single();
    }

    private static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(90)).pollInterval(Duration.ofMillis(200));
    }
}
