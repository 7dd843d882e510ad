package routes.vectorindex.qdrant;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static routes.vectorindex.Points.CHANNEL;
import static routes.vectorindex.Points.DAY;
import static routes.vectorindex.Points.TENANT;
import static routes.vectorindex.Points.point;
import static routes.vectorindex.Points.post;
import static routes.vectorindex.Points.query;
import static routes.vectorindex.Points.retagged;
import static routes.vectorindex.Points.revision;

import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import routes.testing.WebServer;
import routes.testing.qdrant.QdrantStandIn;
import routes.text.SearchWords;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.PayloadUpdate;
import routes.vectorindex.VectorIndex.SearchHit;
import routes.vectorindex.VectorIndex.StoredPoint;
import routes.vectorindex.VectorIndex.WriteResult;
import routes.vectorindex.VectorIndexContract;
import routes.vectorindex.VectorIndexUnavailableException;

@Timeout(60)
class QdrantVectorIndexIT extends VectorIndexContract {
    @RegisterExtension
    static final QdrantStandIn SERVER = new QdrantStandIn();

    private static final SearchWords ANALYSIS = new SearchWords();
    private QdrantServerProperties properties;

    @BeforeEach
    @Override
    protected void openIndex() {
        SERVER.startEmpty();
        properties = SERVER.properties();
        super.openIndex();
    }

    @Override
    protected VectorIndex open() {
        return new QdrantVectorIndex(properties, ANALYSIS);
    }

    @Test
    void each_write_says_what_is_stored_whichever_process_was_faster() throws Exception {
        ExecutorService processes = Executors.newFixedThreadPool(4);
        List<Callable<List<WriteResult>>> work = new ArrayList<>();
        for (int process = 0; process < 4; process++) {
            int first = process;
            work.add(() -> {
                List<WriteResult> results = new ArrayList<>();
                try (VectorIndex own = open()) {
                    for (int revision = first; revision < 40; revision += 4) {
                        results.add(own.upsert(revision(1, revision, "космос " + revision)));
                        own.updatePayloads(List.of(new PayloadUpdate(
                                retagged(point(1, "космос " + revision), "t" + revision), revision, "none")));
                    }
                }
                return results;
            });
        }
        try {
            for (Future<List<WriteResult>> results : processes.invokeAll(work)) {
                assertThat(results.get()).hasSize(10);
            }
        } finally {
            processes.shutdownNow();
        }

        assertThat(index.find(TENANT, post(1))).map(StoredPoint::indexRevision).contains(39L);
        assertThat(index.read(TENANT, List.of(post(1))).get(post(1)).text()).isEqualTo("космос 39");
        assertThat(index.count()).isOne();
    }

    @Test
    void two_processes_that_start_at_the_same_time_use_one_collection() throws Exception {
        ExecutorService processes = Executors.newFixedThreadPool(4);
        try {
            List<Callable<WriteResult>> work = IntStream.range(0, 4)
                    .<Callable<WriteResult>>mapToObj(i -> () -> {
                        try (VectorIndex own = open()) {
                            own.identify("one");
                            return own.upsert(point(i, "космос"));
                        }
                    })
                    .toList();
            for (Future<WriteResult> result : processes.invokeAll(work)) {
                assertThat(result.get()).isEqualTo(WriteResult.WRITTEN);
            }
        } finally {
            processes.shutdownNow();
        }

        assertThat(index.count()).isEqualTo(4);
        assertThat(found("космос")).hasSize(4);
        assertThat(index.identity()).contains("one");
    }

    @Test
    void a_batch_bigger_than_a_request_is_written_in_parts() {
        String longText =
                IntStream.range(0, 2_000).mapToObj(i -> "слово" + i + " ").reduce("", String::concat);
        List<IndexedPoint> points = IntStream.range(0, 40)
                .mapToObj(i -> point(i, "космос " + longText))
                .toList();

        assertThat(index.upsertAll(points)).hasSize(40).containsOnly(WriteResult.WRITTEN);

        assertThat(index.count()).isEqualTo(40);
        assertThat(index.find(
                        TENANT,
                        points.stream().map(point -> point.payload().postId()).toList()))
                .hasSize(40);
    }

    @Test
    void the_alias_points_to_a_collection_with_a_number() {
        assumeTrue(QdrantStandIn.isStandIn());
        index.upsert(point(1, "космос"));
        assertThat(SERVER.collections().target("telegram_posts")).isEqualTo("telegram_posts_1");

        index.clear();
        assertThat(SERVER.collections().target("telegram_posts")).isNull();
        assertThat(found("космос")).isEmpty();
        index.upsert(point(1, "космос"));

        assertThat(found("космос")).hasSize(1);
    }

    @Test
    void a_server_that_lost_its_data_is_filled_again_by_the_same_process() throws Exception {
        assumeTrue(QdrantStandIn.isStandIn());
        index.identify("one");
        index.upsert(point(1, "прививка"));
        SERVER.stop();
        SERVER.clear();
        SERVER.start();

        assertThat(index.upsert(point(1, "прививка"))).isEqualTo(WriteResult.WRITTEN);
        assertThat(index.identity()).isEmpty();
        assertThat(index.count()).isOne();
        assertThat(found("прывивка")).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.Code.class,
            names = {"UNAVAILABLE", "RESOURCE_EXHAUSTED"})
    void a_call_that_the_server_cannot_take_now_is_repeated(Status.Code code) {
        assumeTrue(QdrantStandIn.isStandIn());
        index.upsert(point(1, "космос"));
        SERVER.fail(code.toStatus(), 2);

        assertThat(found("космос")).hasSize(1);
        SERVER.fail(code.toStatus(), 2);
        assertThat(index.upsert(point(2, "космос"))).isEqualTo(WriteResult.WRITTEN);
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.Code.class,
            names = {
                "UNAVAILABLE",
                "RESOURCE_EXHAUSTED",
                "DEADLINE_EXCEEDED",
                "INTERNAL",
                "UNAUTHENTICATED",
                "PERMISSION_DENIED"
            })
    void a_server_that_keeps_failing_is_no_fault_of_a_post(Status.Code code) {
        assumeTrue(QdrantStandIn.isStandIn());
        index.upsert(point(1, "космос"));
        SERVER.fail(code.toStatus(), 20);

        assertThatThrownBy(() -> index.upsert(point(2, "космос")))
                .isInstanceOf(VectorIndexUnavailableException.class)
                .hasMessageContaining(SERVER.url())
                .hasMessageContaining("QDRANT_URL");
    }

    @Test
    void a_server_that_never_answers_ends_a_call_at_its_time() {
        assumeTrue(QdrantStandIn.isStandIn());
        index.upsert(point(1, "космос"));
        try (VectorIndex limited = new QdrantVectorIndex(SERVER.properties(Duration.ofSeconds(1)), ANALYSIS)) {
            SERVER.hang(true);
            long started = System.nanoTime();
            assertThatThrownBy(limited::count).isInstanceOf(VectorIndexUnavailableException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(10));
        } finally {
            SERVER.hang(false);
        }
        assertThat(index.count()).isOne();
    }

    @Test
    void a_stopped_server_is_used_again_when_it_is_back() throws Exception {
        assumeTrue(QdrantStandIn.isStandIn());
        index.upsert(point(1, "космос"));
        SERVER.stop();
        assertThatThrownBy(() -> index.upsert(point(2, "космос"))).isInstanceOf(VectorIndexUnavailableException.class);
        assertThatThrownBy(() -> found("космос")).isInstanceOf(VectorIndexUnavailableException.class);
        SERVER.start();

        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptionsInstanceOf(VectorIndexUnavailableException.class)
                .untilAsserted(
                        () -> assertThat(index.upsert(point(2, "космос"))).isEqualTo(WriteResult.WRITTEN));
        assertThat(found("космос")).hasSize(2);
    }

    @Test
    void a_missing_or_wrong_key_is_a_clear_problem_and_the_key_is_not_shown() throws Exception {
        assumeTrue(QdrantStandIn.isStandIn());
        SERVER.require("right-key");
        var wrong = new QdrantServerProperties(SERVER.url(), "wrong-key", "", "", Duration.ofSeconds(5));
        try (VectorIndex refused = new QdrantVectorIndex(wrong, ANALYSIS);
                VectorIndex accepted = new QdrantVectorIndex(SERVER.properties(), ANALYSIS)) {
            assertThatThrownBy(refused::count)
                    .isInstanceOf(VectorIndexUnavailableException.class)
                    .hasMessageContaining("QDRANT_API_KEY")
                    .message()
                    .doesNotContain("wrong-key");
            assertThatCode(accepted::count).doesNotThrowAnyException();
        }
    }

    @Test
    void a_port_that_speaks_http_is_named_as_such() throws IOException {
        try (WebServer http = new WebServer(
                (request, out) -> out.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".getBytes(UTF_8)))) {
            var rest = new QdrantServerProperties(http.url(""), "", "", "", Duration.ofSeconds(5));
            try (VectorIndex wrong = new QdrantVectorIndex(rest, ANALYSIS)) {
                assertThatThrownBy(wrong::count)
                        .isInstanceOf(VectorIndexUnavailableException.class)
                        .hasMessageContaining("6334");
            }
        }
    }

    @Test
    void a_post_of_another_tenant_is_never_replaced() {
        UUID other = new UUID(0, 2);
        index.upsert(point(other, CHANNEL, 1, DAY, 1, "чужой космос"));

        assertThat(index.upsert(revision(1, 99, "наш космос"))).isEqualTo(WriteResult.STALE);

        assertThat(index.read(other, List.of(post(1))).get(post(1)).text()).isEqualTo("чужой космос");
        assertThat(found("космос")).isEmpty();
    }

    @Test
    void an_index_with_another_prefix_is_another_index() {
        assumeTrue(QdrantStandIn.isStandIn());
        index.upsert(point(1, "космос"));
        var beside = new QdrantServerProperties(SERVER.url(), "", "", "beside_", Duration.ofSeconds(5));
        try (VectorIndex another = new QdrantVectorIndex(beside, ANALYSIS)) {
            another.upsert(point(2, "море"));
            another.clear();
        }

        assertThat(index.count()).isOne();
    }

    private List<UUID> found(String words) {
        return index.textSearch(query(words)).stream().map(SearchHit::postId).toList();
    }
}
