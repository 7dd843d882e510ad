package routes.vectorindex;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import routes.vectorindex.VectorIndex.PostWrite;
import routes.vectorindex.VectorIndex.StoredPoint;
import routes.vectorindex.VectorIndex.WriteResult;

/**
 * Decides which writes of a batch replace stored posts: no older revision and, with {@code sameText}, none that was made from
 * another text.
 *
 * @param results one per write, in order
 * @param newest the last accepted write of each post; only this one needs to be stored
 */
public record Accepted<K, T extends PostWrite>(List<WriteResult> results, Map<K, T> newest) {

    /** @param known the stored state of the posts; updated with the accepted writes */
    public static <K, T extends PostWrite> Accepted<K, T> of(
            List<T> writes, Function<T, K> key, Map<K, StoredPoint> known, boolean sameText) {
        Accepted<K, T> accepted = new Accepted<>(new ArrayList<>(), new LinkedHashMap<>());
        for (T write : writes) {
            K post = key.apply(write);
            StoredPoint stored = known.get(post);
            if (stored != null && stored.indexRevision() > write.indexRevision()) {
                accepted.results.add(WriteResult.STALE);
            } else if (sameText && (stored == null || !stored.textHash().equals(write.textHash()))) {
                accepted.results.add(WriteResult.TEXT_DIFFERS);
            } else {
                known.put(post, new StoredPoint(write.indexRevision(), write.textHash()));
                accepted.newest.put(post, write);
                accepted.results.add(WriteResult.WRITTEN);
            }
        }
        return accepted;
    }
}
