package routes.graph.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import routes.graph.Graph;
import routes.graph.Graph.GraphChange;
import routes.graph.Graph.Neighbour;
import routes.graph.Graph.PostGraph;

@Timeout(120)
class PostgresGraphIT {
    private static final UUID TENANT = new UUID(0, 1);
    private static final UUID CHANNEL = new UUID(0, 100);
    private static EmbeddedPostgres postgres;
    private static JdbcTemplate jdbc;
    private static Graph graph;

    @BeforeAll
    static void start() throws IOException {
        postgres = EmbeddedPostgres.start();
        DataSource database = postgres.getPostgresDatabase();
        jdbc = new JdbcTemplate(database);
        jdbc.execute(
                """
                create table graph_nodes (tenant_id uuid not null, label text not null, key text not null,
                    properties jsonb not null default '{}', primary key (tenant_id, label, key));
                create table graph_edges (tenant_id uuid not null, from_label text not null, from_key text not null,
                    type text not null, to_label text not null, to_key text not null,
                    weight double precision not null default 1, properties jsonb not null default '{}',
                    primary key (tenant_id, from_label, from_key, type, to_label, to_key));
                create index graph_edges_to on graph_edges (tenant_id, to_label, to_key, type);
                """);
        graph = new PostgresGraph(JdbcClient.create(database), new JdbcTransactionManager(database));
    }

    @AfterAll
    static void stop() throws IOException {
        postgres.close();
    }

    @BeforeEach
    void empty() {
        jdbc.execute("truncate graph_nodes, graph_edges");
    }

    @Test
    void aPostBringsAllItsNodesAndRelationships() {
        PostGraph post = new PostGraph(
                TENANT,
                post(1),
                CHANNEL,
                List.of("ИИ", "Kafka", "ии"),
                List.of("https://a.org/1", "https://a.org/1"),
                List.of("ab12"),
                77L,
                3,
                "tg:555",
                post(2));

        assertThat(graph.apply(List.of(post))).isEqualTo(new GraphChange(9, 9));

        assertThat(edges())
                .containsExactlyInAnyOrder(
                        "Channel " + CHANNEL + " HAS_POST Post " + post(1) + " 1 {}",
                        "Post " + post(1) + " TAGGED_AS Tag ии 1 {}",
                        "Post " + post(1) + " TAGGED_AS Tag kafka 1 {}",
                        "Post " + post(1) + " REFERS_TO WebPage https://a.org/1 1 {}",
                        "Post " + post(1) + " HAS_IMAGE Image ab12 1 {}",
                        "Album 77 CONTAINS Post " + post(1) + " 1 {\"position\": 3}",
                        "Post " + post(1) + " FORWARDED_FROM Channel tg:555 1 {}",
                        "Post " + post(1) + " REPLIES_TO Post " + post(2) + " 1 {}",
                        "Tag kafka RELATED_TO Tag ии 1 {}");
    }

    @Test
    void aReplayChangesNothing() {
        graph.apply(List.of(tagged(1, "a", "b"), tagged(2, "b", "c")));
        List<String> before = edges();

        assertThat(graph.apply(List.of(tagged(1, "a", "b"), tagged(2, "b", "c"))))
                .isEqualTo(new GraphChange(0, 0));
        assertThat(edges()).isEqualTo(before);
    }

    @Test
    void newTagsReplaceOldOnesAndTheWeightsFollow() {
        graph.apply(List.of(tagged(1, "a", "b", "c"), tagged(2, "a", "b")));
        assertThat(related(TENANT)).containsExactly("a b 2", "a c 1", "b c 1");

        graph.apply(List.of(tagged(1, "a", "d")));

        assertThat(related(TENANT)).containsExactly("a b 1", "a d 1");
        assertThat(edges()).noneMatch(edge -> edge.contains("TAGGED_AS Tag c"));
    }

    @Test
    void theLastOfSeveralVersionsInABatchCounts() {
        graph.apply(List.of(tagged(1, "a", "b"), tagged(1, "a", "c")));

        assertThat(related(TENANT)).containsExactly("a c 1");
    }

    @Test
    void anEditedPostLosesItsOldLinksAndMovesInItsAlbum() {
        PostGraph before = new PostGraph(
                TENANT, post(1), CHANNEL, List.of(), List.of("https://old"), List.of(), 7L, 0, null, null);
        graph.apply(List.of(before));

        graph.apply(List.of(new PostGraph(
                TENANT, post(1), CHANNEL, List.of(), List.of("https://new"), List.of(), 7L, 2, null, null)));

        assertThat(edges())
                .containsExactlyInAnyOrder(
                        "Channel " + CHANNEL + " HAS_POST Post " + post(1) + " 1 {}",
                        "Post " + post(1) + " REFERS_TO WebPage https://new 1 {}",
                        "Album 7 CONTAINS Post " + post(1) + " 1 {\"position\": 2}");
    }

    @Test
    void aRemovedPostTakesItsRelationshipsAndWeightsWithIt() {
        graph.apply(List.of(
                tagged(1, "a", "b"),
                tagged(2, "a", "b"),
                new PostGraph(TENANT, post(3), CHANNEL, List.of(), List.of(), List.of(), null, 0, null, post(1))));

        graph.remove(TENANT, List.of(post(1), post(99)));

        assertThat(related(TENANT)).containsExactly("a b 1");
        assertThat(edges()).noneMatch(edge -> edge.contains(post(1).toString()));
        assertThat(count("graph_nodes where label = 'Post'")).isEqualTo(2);
    }

    @Test
    void rareCommonTagsWeighMostAmongNeighbours() {
        graph.apply(List.of(
                tagged(1, "common", "rare"), tagged(2, "common"), tagged(3, "common", "rare"), tagged(4, "other")));

        List<Neighbour> neighbours = graph.neighboursOfPosts(TENANT, List.of(post(1)), 10);

        assertThat(neighbours).extracting(Neighbour::postId).containsExactly(post(3), post(2));
        assertThat(neighbours.get(0).sharedTags()).isEqualTo(2);
        assertThat(neighbours.get(0).weight()).isCloseTo(1 / 3.0 + 1 / 2.0, within(1e-9));
        assertThat(graph.neighboursOfPosts(TENANT, List.of(post(1)), 1)).hasSize(1);
        assertThat(graph.neighboursOfPosts(TENANT, List.of(), 10)).isEmpty();
    }

    @Test
    void aTagThatNearlyEveryPostCarriesIsNoKinship() {
        graph.apply(IntStream.range(0, Graph.HUB + 1)
                .mapToObj(i -> i < 2 ? tagged(i, "everywhere", "rare") : tagged(i, "everywhere"))
                .toList());

        assertThat(graph.neighboursOfPosts(TENANT, List.of(post(0)), 10))
                .extracting(Neighbour::postId)
                .containsExactly(post(1));
    }

    @Test
    void tenantsDoNotSeeEachOther() {
        UUID other = new UUID(0, 2);
        graph.apply(List.of(
                tagged(1, "a", "b"),
                tagged(3, "a"),
                new PostGraph(other, post(2), CHANNEL, List.of("a", "b"), List.of(), List.of(), null, 0, null, null),
                new PostGraph(other, post(4), CHANNEL, List.of("a"), List.of(), List.of(), null, 0, null, null)));

        assertThat(related(TENANT)).containsExactly("a b 1");
        assertThat(graph.neighboursOfPosts(TENANT, List.of(post(1)), 10))
                .extracting(Neighbour::postId)
                .containsExactly(post(3));
        assertThat(graph.neighboursOfPosts(other, List.of(post(1)), 10)).isEmpty();
        graph.remove(TENANT, List.of(post(2)));
        assertThat(graph.neighboursOfPosts(other, List.of(post(4)), 10))
                .extracting(Neighbour::postId)
                .containsExactly(post(2));
    }

    @Test
    void racingWorkersNeitherDeadlockNorMiscount() throws Exception {
        List<String> vocabulary = List.of("a", "b", "c", "d", "e", "f", "g", "h");
        ExecutorService workers = Executors.newFixedThreadPool(8);
        List<Callable<Void>> work = new ArrayList<>();
        for (int w = 0; w < 8; w++) {
            Random random = new Random(w);
            work.add(() -> {
                for (int i = 0; i < 30; i++) {
                    graph.apply(random.ints(4, 0, 12)
                            .mapToObj(id -> replying(random, id, vocabulary))
                            .toList());
                    if (i % 10 == 9) {
                        graph.remove(TENANT, List.of(post(random.nextInt(12))));
                    }
                }
                return null;
            });
        }
        try {
            for (Future<Void> done : workers.invokeAll(work)) {
                done.get();
            }
        } finally {
            workers.shutdownNow();
        }

        assertThat(count("graph_edges where type = 'RELATED_TO'")).isPositive();
        assertThat(
                        jdbc.queryForList(
                                """
                        with counted as (
                            select a.to_key as first, b.to_key as second, count(*)::float8 as weight
                            from graph_edges a join graph_edges b on a.from_key = b.from_key
                            where a.type = 'TAGGED_AS' and b.type = 'TAGGED_AS'
                                and a.to_key collate "C" < b.to_key collate "C"
                            group by 1, 2),
                        stored as (select from_key, to_key, weight from graph_edges where type = 'RELATED_TO')
                        (table counted except table stored) union all (table stored except table counted)
                        """))
                .isEmpty();
    }

    private static PostGraph replying(Random random, int id, List<String> vocabulary) {
        List<String> tags =
                random.ints(3, 0, vocabulary.size()).mapToObj(vocabulary::get).toList();
        return new PostGraph(
                TENANT, post(id), CHANNEL, tags, List.of(), List.of(), null, 0, null, post(random.nextInt(12)));
    }

    private static PostGraph tagged(int id, String... tags) {
        return new PostGraph(TENANT, post(id), CHANNEL, List.of(tags), List.of(), List.of(), null, 0, null, null);
    }

    private static UUID post(int id) {
        return new UUID(1, id);
    }

    private static List<String> edges() {
        return jdbc.queryForList(
                """
                select concat_ws(' ', from_label, from_key, type, to_label, to_key, weight, properties)
                from graph_edges order by 1
                """,
                String.class);
    }

    private static List<String> related(UUID tenant) {
        return jdbc.queryForList(
                """
                select concat_ws(' ', from_key, to_key, weight) from graph_edges
                where tenant_id = ? and type = 'RELATED_TO' order by 1
                """,
                String.class,
                tenant);
    }

    private static int count(String what) {
        return jdbc.queryForObject("select count(*) from " + what, Integer.class);
    }
}
