package routes.graph.neo4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.graph.Graph;
import routes.graph.Graph.GraphChange;
import routes.graph.GraphContract;
import routes.graph.GraphUnavailableException;
import routes.testing.FreePort;
import routes.testing.Neo4jServer;

class Neo4jGraphIT extends GraphContract {
    @RegisterExtension
    static final Neo4jServer SERVER = new Neo4jServer();

    private static final String KEY =
            "coalesce(%1$s.post_id, %1$s.channel_id, %1$s.name, %1$s.url, %1$s.sha256, %1$s.album_id, %1$s.user_id)";
    private static Neo4jGraph graph;

    @BeforeAll
    static void open() {
        graph = new Neo4jGraph(SERVER.properties(Duration.ofSeconds(20)));
    }

    @AfterAll
    static void close() {
        graph.close();
    }

    @BeforeEach
    void empty() {
        SERVER.clear();
    }

    @Override
    protected Graph graph() {
        return graph;
    }

    @Override
    protected List<String> nodes() {
        return SERVER.query(
                "MATCH (n) WHERE NOT n:Writer RETURN labels(n)[0] + ' ' + %s AS node ORDER BY node"
                        .formatted(KEY.formatted("n")),
                row -> row.get("node").asString());
    }

    @Override
    protected List<String> edges() {
        return SERVER.query(
                """
                MATCH (a)-[r]->(b)
                RETURN labels(a)[0] + ' ' + %s + ' ' + type(r) + ' ' + labels(b)[0] + ' ' + %s
                    + coalesce(' ' + toString(coalesce(r.position, r.weight)), '') AS edge ORDER BY edge
                """
                        .formatted(KEY.formatted("a"), KEY.formatted("b")),
                row -> row.get("edge").asString());
    }

    @Override
    protected List<String> related(UUID tenant) {
        return SERVER.query(
                "MATCH (a:Tag {tenant_id: '%s'})-[r:RELATED_TO]->(b) RETURN a.name + ' ' + b.name + ' ' + toString(r.weight) AS pair ORDER BY pair"
                        .formatted(tenant),
                row -> row.get("pair").asString());
    }

    @Test
    void each_kind_of_node_is_unique_together_with_its_tenant() {
        graph.apply(List.of(tagged(1, "a")));

        List<List<Object>> constraints = SERVER.query(
                "SHOW CONSTRAINTS YIELD labelsOrTypes, properties, type WHERE type = 'UNIQUENESS' RETURN labelsOrTypes + properties AS unique",
                row -> row.get("unique").asList());

        assertThat(constraints)
                .containsExactlyInAnyOrder(
                        List.of("Album", "tenant_id", "album_id"),
                        List.of("Channel", "tenant_id", "channel_id"),
                        List.of("Image", "tenant_id", "sha256"),
                        List.of("Post", "tenant_id", "post_id"),
                        List.of("Tag", "tenant_id", "name"),
                        List.of("User", "tenant_id", "user_id"),
                        List.of("Writer", "tenant_id"),
                        List.of("WebPage", "tenant_id", "url"));
    }

    @Test
    void an_older_revision_never_replaces_a_newer_one() {
        graph.apply(List.of(tagged(1, "new", "b").at(5), tagged(2, "x").at(1)));

        assertThat(graph.apply(List.of(tagged(1, "old", "b").at(4)))).isEqualTo(new GraphChange(0, 0));
        graph.apply(List.of(tagged(1, "old", "c").at(3), tagged(2, "y").at(2)));

        assertThat(related(TENANT)).containsExactly("b new 1");
        assertThat(edges())
                .contains("Post " + post(1) + " TAGGED_AS Tag new", "Post " + post(2) + " TAGGED_AS Tag y")
                .noneMatch(edge -> edge.contains("old") || edge.endsWith("Tag x"));
        graph.apply(List.of(tagged(1, "third").at(5)));
        assertThat(edges()).contains("Post " + post(1) + " TAGGED_AS Tag third");
    }

    @Test
    void relationships_of_others_are_left_alone() {
        graph.apply(List.of(tagged(1, "a")));
        SERVER.query(
                "MATCH (p:Post) CREATE (n:Note {name: 'mine'}), (p)-[:HAS_NOTE]->(n), (n)-[:ABOUT]->(p)", row -> row);

        assertThat(graph.apply(List.of(tagged(1, "a")))).isEqualTo(new GraphChange(0, 0));
        graph.apply(List.of(tagged(1, "b")));

        assertThat(edges()).filteredOn(edge -> edge.contains("Note")).hasSize(2);
    }

    @Test
    void orphans_are_removed_while_posts_are_written() throws Exception {
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 150; i++) {
                graph.apply(List.of(tagged(i % 3, "t" + i % 5, "u" + (i + 1) % 5)));
            }
        });
        while (!writing.isDone()) {
            String place = "";
            while (place != null) {
                place = graph.removeOrphans(place, 100).next();
            }
        }
        writing.get();

        for (int i = 147; i < 150; i++) {
            assertThat(edges())
                    .contains(
                            "Post " + post(i % 3) + " TAGGED_AS Tag t" + i % 5,
                            "Post " + post(i % 3) + " TAGGED_AS Tag u" + (i + 1) % 5);
        }
    }

    @Test
    void without_a_server_each_call_says_what_to_check_and_does_not_say_the_password() throws Exception {
        int port = FreePort.next();
        var properties = new Neo4jServerProperties(
                "neo4j://127.0.0.1:" + port, "neo4j", "secret-word", "neo4j", Duration.ofSeconds(3), 2);
        try (var away = new Neo4jGraph(properties)) {
            assertUnavailable(away, "127.0.0.1:" + port);
            assertThatThrownBy(() -> away.neighboursOfPosts(TENANT, List.of(post(1)), 1))
                    .isInstanceOf(GraphUnavailableException.class);
            assertThat(away.problem())
                    .hasValueSatisfying(
                            problem -> assertThat(problem).contains("NEO4J_URI").doesNotContain("secret-word"));
        }
    }

    @Test
    void a_wrong_password_or_database_is_a_clear_problem_that_is_no_fault_of_a_post() {
        var password = new Neo4jServerProperties(
                SERVER.uri(), Neo4jServer.USER, "wrong-password", "neo4j", Duration.ofSeconds(10), 2);
        var database = new Neo4jServerProperties(
                SERVER.uri(), Neo4jServer.USER, Neo4jServer.PASSWORD, "elsewhere", Duration.ofSeconds(10), 2);
        try (var first = new Neo4jGraph(password);
                var second = new Neo4jGraph(database)) {
            assertUnavailable(first, "NEO4J_PASSWORD");
            assertUnavailable(second, "elsewhere");
        }
        assertThat(graph.problem()).isEmpty();
    }

    private static void assertUnavailable(Graph away, String part) {
        assertThatThrownBy(() -> away.apply(List.of(tagged(1, "a"))))
                .isInstanceOf(GraphUnavailableException.class)
                .hasMessageContaining(part)
                .message()
                .doesNotContain("wrong-password");
    }

    @Test
    void a_server_that_never_answers_ends_a_call_at_its_time_and_works_again_afterwards() throws Exception {
        try (var limited = new Neo4jGraph(SERVER.properties(Duration.ofSeconds(2)))) {
            // the first call also connects and creates the constraints
            await().atMost(30, TimeUnit.SECONDS)
                    .ignoreExceptionsInstanceOf(GraphUnavailableException.class)
                    .untilAsserted(() -> limited.apply(List.of(tagged(1, "a"))));
            SERVER.freeze();
            try {
                long started = System.nanoTime();
                assertUnavailable(limited, "NEO4J_TIMEOUT");
                assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(15));
            } finally {
                SERVER.resume();
            }
            await().atMost(30, TimeUnit.SECONDS)
                    .ignoreExceptionsInstanceOf(GraphUnavailableException.class)
                    .untilAsserted(() -> limited.apply(List.of(tagged(1, "b"))));
            assertThat(edges()).contains("Post " + post(1) + " TAGGED_AS Tag b");
        }
    }

    @Test
    void after_a_crash_of_the_server_everything_that_was_written_is_there_and_writing_goes_on() throws Exception {
        graph.apply(List.of(tagged(1, "a", "b")));
        List<String> before = edges();
        SERVER.kill();
        assertUnavailable(graph, SERVER.uri());
        SERVER.start();

        await().atMost(60, TimeUnit.SECONDS)
                .ignoreExceptionsInstanceOf(GraphUnavailableException.class)
                .untilAsserted(() ->
                        assertThat(graph.apply(List.of(tagged(1, "a", "b")))).isEqualTo(new GraphChange(0, 0)));
        assertThat(edges()).isEqualTo(before);
    }
}
