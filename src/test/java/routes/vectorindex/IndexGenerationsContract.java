package routes.vectorindex;

import static org.assertj.core.api.Assertions.assertThat;
import static routes.vectorindex.Points.CHANNEL;
import static routes.vectorindex.Points.EMBEDDINGS;
import static routes.vectorindex.Points.TENANT;
import static routes.vectorindex.Points.point;
import static routes.vectorindex.Points.post;
import static routes.vectorindex.Points.query;
import static routes.vectorindex.Points.retagged;
import static routes.vectorindex.Points.revision;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.PayloadUpdate;
import routes.vectorindex.VectorIndex.SearchHit;
import routes.vectorindex.VectorIndex.SearchQuery;
import routes.vectorindex.VectorIndex.StoredPoint;
import routes.vectorindex.VectorIndex.WriteResult;

/** What an index does while another generation is filled beside it: everything that an index does, and the switch. */
public abstract class IndexGenerationsContract extends VectorIndexContract {

    /** The generations of this test. */
    protected abstract IndexGenerations generations();

    @Override
    protected final VectorIndex open() {
        return generations();
    }

    @BeforeEach
    @Override
    protected void openIndex() {
        super.openIndex();
        both().begin("second");
    }

    private IndexGenerations both() {
        return (IndexGenerations) index;
    }

    /** A post that only the current generation has, as posts that were indexed before the rebuild. */
    protected final void before(IndexedPoint... points) {
        both().drop();
        index.upsertAll(List.of(points));
        both().begin("second");
    }

    @Test
    void the_old_generation_is_searched_until_the_new_one_replaces_it() {
        before(point(1, "космос"), point(2, "море"));

        index.upsert(point(2, "море и горы"));
        index.upsert(point(3, "новый космос"));

        assertThat(found("космос")).containsExactlyInAnyOrder(post(1), post(3));
        assertThat(found("горы")).containsExactly(post(2));
        assertThat(index.count()).isEqualTo(3);
        both().promote();
        assertThat(index.identity()).contains("second");
        assertThat(both().nextIdentity()).isEmpty();
        assertThat(found("космос")).containsExactly(post(3));
        assertThat(found("горы")).containsExactly(post(2));
        assertThat(index.count()).isEqualTo(2);
        both().promote();
        assertThat(index.count()).as("nothing to switch to").isEqualTo(2);
    }

    @Test
    void a_post_that_the_new_generation_lacks_is_known_without_its_text() {
        before(revision(1, 7, "космос"), point(2, "море"));

        assertThat(index.find(TENANT, post(1))).contains(new StoredPoint(7, ""));
        IndexedPoint point = revision(1, 8, "космос");
        var update = new PayloadUpdate(retagged(point, "Луна"), 8, point.textHash());
        assertThat(index.updatePayloads(List.of(update))).containsExactly(WriteResult.TEXT_DIFFERS);
        assertThat(index.upsert(new IndexedPoint(update.payload(), point.vector(), point.text(), 8, point.textHash())))
                .isEqualTo(WriteResult.WRITTEN);
        assertThat(index.find(TENANT, post(1))).contains(new StoredPoint(8, point.textHash()));
        assertThat(found("луна")).containsExactly(post(1));

        index.delete(TENANT, List.of(post(1), post(2)));

        assertThat(index.find(TENANT, List.of(post(1), post(2)))).isEmpty();
        assertThat(index.count()).isZero();
        both().promote();
        assertThat(index.count()).isZero();
    }

    @Test
    void vectors_of_another_model_are_searched_after_the_switch() {
        before(point(1, "космос"));
        both().drop();
        assertThat(index.expect("big", 1024)).isPresent();
        both().begin("second");
        assertThat(index.expect("big", 1024)).as("it is being built").isEmpty();

        IndexedPoint point = point(2, "новый космос");
        float[] big = new float[1024];
        big[3] = 1;
        index.upsert(new IndexedPoint(point.payload(), big, point.text(), 1, point.textHash()));

        SearchQuery near = new SearchQuery(TENANT, Set.of(CHANNEL), Set.of(), Set.of(), null, null, null, big, 5);
        assertThat(index.vectorSearch(near)).isEmpty();
        assertThat(found("космос")).containsExactlyInAnyOrder(post(1), post(2));
        both().promote();
        assertThat(index.vectorSearch(near)).extracting(SearchHit::postId).containsExactly(post(2));
        assertThat(index.expect("big", 1024)).isEmpty();
        assertThat(index.expect("test", EMBEDDINGS.dimension())).isPresent();
    }

    @Test
    void a_restart_keeps_both_generations() {
        before(point(1, "космос"));
        index.upsert(point(2, "море"));

        index.close();
        index = open();

        index.expect("test", EMBEDDINGS.dimension());
        assertThat(both().nextIdentity()).contains("second");
        assertThat(index.count()).isEqualTo(2);
        index.upsert(point(3, "горы"));
        both().promote();
        assertThat(index.count()).isEqualTo(2);

        index.close();
        index = open();

        assertThat(index.identity()).contains("second");
        assertThat(index.count()).isEqualTo(2);
        assertThat(both().nextIdentity()).isEmpty();
    }

    @Test
    void a_generation_that_is_begun_again_or_dropped_leaves_nothing() {
        before(point(1, "космос"));
        index.upsert(point(2, "море"));

        both().begin("third");

        assertThat(both().nextIdentity()).contains("third");
        assertThat(index.find(TENANT, post(2)).orElseThrow().textHash()).isEmpty();
        both().drop();
        assertThat(both().nextIdentity()).isEmpty();
        assertThat(index.count()).isEqualTo(2);
        both().promote();
        assertThat(index.count()).isEqualTo(2);
    }

    @Test
    void searches_and_writes_go_on_during_the_switch() throws Exception {
        before(point(1, "космос"));
        index.upsert(point(1, "космос"));
        var done = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                running.add(threads.submit(() -> {
                    while (!done.get()) {
                        assertThat(found("космос")).contains(post(1));
                    }
                }));
            }
            Future<?> writing = threads.submit(
                    () -> IntStream.rangeClosed(2, 40).forEach(id -> index.upsert(point(id, "море номер " + id))));
            both().promote();
            writing.get();
            done.set(true);
            for (Future<?> search : running) {
                search.get();
            }
        } finally {
            done.set(true);
            threads.shutdownNow();
        }

        assertThat(index.count()).isEqualTo(40);
    }

    protected final List<UUID> found(String words) {
        return index.textSearch(query(words)).stream().map(SearchHit::postId).toList();
    }
}
