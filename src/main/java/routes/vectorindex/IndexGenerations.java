package routes.vectorindex;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * The searched index and, during a rebuild, the next generation next to it. Every write goes to both, so that searches stay
 * current. {@link #find} returns the state of the next generation, so that posts it lacks are written. {@link #promote} switches
 * atomically.
 */
public final class IndexGenerations implements VectorIndex {

    /**
     * Storage of the generations. {@link #promote} and {@link #close} are called exclusively; the other methods may run
     * concurrently.
     *
     * <p>Every method throws {@link VectorIndexException} like the methods of the index.
     */
    public interface Store extends AutoCloseable {

        /** Returns the index that is searched. */
        VectorIndex current();

        /** Returns the generation that is being filled. Another process may have started it. */
        Optional<VectorIndex> next();

        /** Starts an empty next generation for vectors of this dimension, in place of an existing one. */
        VectorIndex begin(int dimension);

        /** Replaces the current generation with the next one and deletes the old one. Does nothing without a next generation. */
        void promote();

        /** Deletes the next generation, if there is one. */
        void drop();

        @Override
        void close();
    }

    private record Embeddings(String model, int dimension) {}

    private final Store store;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private volatile Embeddings expected;
    /** Whether the searched index has vectors of another model and cannot store the new ones. */
    private volatile boolean isOtherModel;

    public IndexGenerations(Store store) {
        this.store = store;
    }

    private <T> T shared(Supplier<T> work) {
        lock.readLock().lock();
        try {
            return work.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    private void alone(Runnable work) {
        lock.writeLock().lock();
        try {
            work.run();
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Returns the name of the next generation; empty if there is none. */
    public Optional<String> nextIdentity() {
        return shared(() -> store.next().flatMap(VectorIndex::identity));
    }

    /**
     * Starts a generation without posts, in place of an existing one. {@link #expect} must have been called before.
     *
     * @param identity name of the generation
     */
    public void begin(String identity) {
        shared(() -> {
            VectorIndex next = store.begin(expected.dimension());
            next.expect(expected.model(), expected.dimension());
            next.identify(identity);
            isOtherModel = isOther(store.current());
            return null;
        });
    }

    /** Makes the next generation the searched index, if there is one. Can be repeated after a failure. */
    public void promote() {
        alone(() -> {
            store.promote();
            isOtherModel = false;
        });
    }

    /** Deletes the next generation, if there is one. */
    public void drop() {
        alone(store::drop);
    }

    private boolean isOther(VectorIndex index) {
        Embeddings embeddings = expected;
        return embeddings != null
                && index.expect(embeddings.model(), embeddings.dimension()).isPresent();
    }

    @Override
    public Optional<String> expect(String model, int dimension) {
        expected = new Embeddings(model, dimension);
        return shared(() -> {
            Optional<String> problem = store.current().expect(model, dimension);
            isOtherModel = problem.isPresent();
            Optional<VectorIndex> next = store.next();
            return next.isPresent() ? next.get().expect(model, dimension) : problem;
        });
    }

    /**
     * Runs the work on both generations. Another process may switch between the lookup of the next generation and the write; the
     * work is then repeated on the current index.
     */
    private <T> T onBoth(BiFunction<VectorIndex, Optional<VectorIndex>, T> work) {
        return shared(() -> {
            Optional<VectorIndex> next = store.next();
            try {
                return work.apply(store.current(), next);
            } catch (VectorIndexException e) {
                if (next.isPresent() && store.next().isEmpty()) {
                    return work.apply(store.current(), Optional.empty());
                }
                throw e;
            }
        });
    }

    @Override
    public List<WriteResult> upsertAll(List<IndexedPoint> points) {
        return onBoth((current, next) -> {
            if (next.isEmpty()) {
                return current.upsertAll(points);
            }
            List<IndexedPoint> searched = isOtherModel
                    ? points.stream().map(IndexGenerations::withoutVector).toList()
                    : points;
            try {
                List<WriteResult> results = next.get().upsertAll(points);
                current.upsertAll(searched);
                return results;
            } catch (IllegalArgumentException e) { // one point is invalid; the others are written
                current.upsertAll(searched);
                throw e;
            }
        });
    }

    private static IndexedPoint withoutVector(IndexedPoint point) {
        return new IndexedPoint(point.payload(), new float[0], point.text(), point.indexRevision(), point.textHash());
    }

    @Override
    public List<WriteResult> updatePayloads(List<PayloadUpdate> updates) {
        return onBoth((current, next) -> {
            List<WriteResult> results = next.orElse(current).updatePayloads(updates);
            if (next.isPresent()) {
                current.updatePayloads(updates);
            }
            return results;
        });
    }

    @Override
    public void delete(UUID tenantId, Collection<UUID> postIds) {
        onBoth((current, next) -> {
            next.ifPresent(index -> index.delete(tenantId, postIds));
            current.delete(tenantId, postIds);
            return null;
        });
    }

    /** For a post that only the current index contains, the text hash is empty. */
    @Override
    public Map<UUID, StoredPoint> find(UUID tenantId, Collection<UUID> postIds) {
        return onBoth((current, next) -> {
            Map<UUID, StoredPoint> found = new HashMap<>(current.find(tenantId, postIds));
            next.ifPresent(index -> {
                found.replaceAll((post, stored) -> new StoredPoint(stored.indexRevision(), ""));
                found.putAll(index.find(tenantId, postIds));
            });
            return found;
        });
    }

    @Override
    public List<SearchHit> vectorSearch(SearchQuery query) {
        return shared(() -> store.current().vectorSearch(query));
    }

    @Override
    public TextMatches match(SearchQuery query) {
        return shared(() -> store.current().match(query));
    }

    @Override
    public List<SearchHit> newest(SearchQuery query) {
        return shared(() -> store.current().newest(query));
    }

    @Override
    public Facets facets(SearchQuery query, int most) {
        return shared(() -> store.current().facets(query, most));
    }

    @Override
    public List<SearchHit> similar(SearchQuery within, UUID postId) {
        return shared(() -> store.current().similar(within, postId));
    }

    @Override
    public List<SearchHit> fetch(SearchQuery within, Collection<UUID> postIds) {
        return shared(() -> store.current().fetch(within, postIds));
    }

    @Override
    public Map<UUID, IndexedPost> read(UUID tenantId, Collection<UUID> postIds) {
        return shared(() -> store.current().read(tenantId, postIds));
    }

    @Override
    public String collection() {
        return store.current().collection();
    }

    @Override
    public long count() {
        return shared(() -> store.current().count());
    }

    @Override
    public Optional<String> identity() {
        return shared(() -> store.current().identity());
    }

    @Override
    public void identify(String identity) {
        shared(() -> {
            store.current().identify(identity);
            return null;
        });
    }

    @Override
    public void clear() {
        alone(() -> {
            store.drop();
            store.current().clear();
            isOtherModel = isOther(store.current());
        });
    }

    @Override
    public String toString() {
        return store.current().toString();
    }

    @Override
    public void close() {
        alone(store::close);
    }
}
