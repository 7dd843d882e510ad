package routes.vectorindex.qdrant;

import java.util.Optional;
import routes.text.SearchWords;
import routes.vectorindex.IndexGenerations;
import routes.vectorindex.VectorIndex;

/** Aliases {@code telegram_posts} and {@code telegram_posts_next}. Every process looks up the second alias before a write. */
public final class QdrantGenerations implements IndexGenerations.Store {
    private final QdrantVectorIndex current;
    private final QdrantVectorIndex next;

    public QdrantGenerations(QdrantServerProperties properties, SearchWords analysis) {
        var calls = new QdrantCalls(properties);
        current = new QdrantVectorIndex(calls, analysis, Schema.CURRENT);
        next = new QdrantVectorIndex(calls, analysis, Schema.NEXT);
    }

    @Override
    public VectorIndex current() {
        return current;
    }

    @Override
    public Optional<VectorIndex> next() {
        return Optional.<VectorIndex>of(next).filter(index -> next.exists());
    }

    @Override
    public VectorIndex begin(int dimension) {
        next.clear();
        next.create(dimension);
        return next;
    }

    @Override
    public void promote() {
        next.promote();
        current.forget();
    }

    @Override
    public void drop() {
        next.clear();
    }

    @Override
    public void close() {
        current.close();
    }
}
