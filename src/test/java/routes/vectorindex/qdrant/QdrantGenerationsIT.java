package routes.vectorindex.qdrant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static routes.vectorindex.Points.CHANNEL;
import static routes.vectorindex.Points.EMBEDDINGS;
import static routes.vectorindex.Points.TENANT;
import static routes.vectorindex.Points.point;
import static routes.vectorindex.Points.post;
import static routes.vectorindex.Points.query;

import io.grpc.Status;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import routes.testing.qdrant.QdrantStandIn;
import routes.text.SearchWords;
import routes.vectorindex.IndexGenerations;
import routes.vectorindex.IndexGenerationsContract;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.SearchQuery;
import routes.vectorindex.VectorIndexException;

@Timeout(60)
class QdrantGenerationsIT extends IndexGenerationsContract {
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
    protected IndexGenerations generations() {
        return new IndexGenerations(new QdrantGenerations(properties, ANALYSIS));
    }

    /** Another process that uses the same server. */
    private IndexGenerations another() {
        IndexGenerations other = generations();
        other.expect("test", EMBEDDINGS.dimension());
        return other;
    }

    @Test
    void a_process_that_did_not_begin_the_generation_writes_to_both_and_notices_the_switch() {
        try (IndexGenerations other = another()) {
            other.upsert(point(1, "космос"));
            assertThat(other.nextIdentity()).contains("second");

            ((IndexGenerations) index).promote();

            assertThat(found("космос")).containsExactly(post(1));
            assertThat(other.find(TENANT, post(1))).isPresent();
            other.upsert(point(2, "море"));
            assertThat(other.vectorSearch(query("море"))).hasSize(2);
            assertThat(other.identity()).contains("second");
            assertThat(index.count()).isEqualTo(2);
        }
    }

    @Test
    void a_process_that_searches_takes_vectors_of_another_dimension_after_the_switch() {
        IndexGenerations both = (IndexGenerations) index;
        both.drop();
        index.upsert(point(1, "космос"));
        index.expect("big", 1024);
        both.begin("second");
        try (IndexGenerations reader = generations()) {
            assertThat(reader.expect("big", 1024)).isEmpty();
            float[] big = new float[1024];
            big[0] = 1;
            var point = point(1, "космос");
            index.upsert(new IndexedPoint(point.payload(), big, point.text(), 2, point.textHash()));
            var near = new SearchQuery(TENANT, Set.of(CHANNEL), Set.of(), Set.of(), null, null, null, big, 5);
            assertThat(reader.vectorSearch(near)).isEmpty();

            both.promote();

            assertThat(reader.vectorSearch(near)).hasSize(1);
        }
    }

    @Test
    void a_switch_that_fails_half_way_is_repeated() {
        assumeTrue(QdrantStandIn.isStandIn());
        before(point(1, "космос"));
        index.upsert(point(1, "космос"));
        IndexGenerations both = (IndexGenerations) index;
        for (int call = 0; call < 5; call++) {
            SERVER.failAfter(call, Status.INVALID_ARGUMENT);
            assertThatThrownBy(both::promote).isInstanceOf(VectorIndexException.class);
            SERVER.recover();
            assertThat(found("космос")).containsExactly(post(1));
        }

        both.promote();

        assertThat(index.identity()).contains("second");
        assertThat(both.nextIdentity()).isEmpty();
        assertThat(SERVER.collections().target("telegram_posts")).isEqualTo("telegram_posts_2");
    }
}
