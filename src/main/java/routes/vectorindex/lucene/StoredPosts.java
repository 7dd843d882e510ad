package routes.vectorindex.lucene;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import routes.vectorindex.IndexedPoint;
import routes.vectorindex.IndexedPost;
import routes.vectorindex.PayloadUpdate;
import routes.vectorindex.SearchHit;
import routes.vectorindex.StoredPoint;

/** Reads stored posts by key, in one pass over the segments. */
final class StoredPosts {

    private StoredPosts() {}

    /** Revision and text hash of those posts that are stored, by key. */
    static Map<String, StoredPoint> states(IndexSearcher searcher, Collection<String> keys) throws IOException {
        Map<String, StoredPoint> states = new HashMap<>();
        for (LeafReaderContext leaf : searcher.getLeafContexts()) {
            LeafReader reader = leaf.reader();
            for (Map.Entry<String, Integer> found : docs(reader, keys).entrySet()) {
                NumericDocValues revision = reader.getNumericDocValues(PointDocument.REVISION);
                BinaryDocValues textHash = reader.getBinaryDocValues(PointDocument.TEXT_HASH);
                if (!revision.advanceExact(found.getValue()) || !textHash.advanceExact(found.getValue())) {
                    throw new IOException(
                            "a post without revision; start once with --reindex to build the index again");
                }
                states.put(
                        found.getKey(),
                        new StoredPoint(
                                revision.longValue(), textHash.binaryValue().utf8ToString()));
            }
        }
        return states;
    }

    /** The stored texts and vectors of the posts, with the new payloads. The posts must exist. */
    static List<IndexedPoint> updated(IndexSearcher searcher, Map<String, PayloadUpdate> updates) throws IOException {
        Map<String, IndexedPoint> points = new HashMap<>();
        for (LeafReaderContext leaf : searcher.getLeafContexts()) {
            LeafReader reader = leaf.reader();
            StoredFields stored = reader.storedFields();
            for (Map.Entry<String, Integer> found :
                    docs(reader, updates.keySet()).entrySet()) {
                PayloadUpdate update = updates.get(found.getKey());
                String text = stored.document(found.getValue(), Set.of(PointDocument.TEXT))
                        .get(PointDocument.TEXT);
                points.put(
                        found.getKey(),
                        new IndexedPoint(
                                update.payload(),
                                vector(reader, found.getValue()),
                                text,
                                update.indexRevision(),
                                update.textHash()));
            }
        }
        return List.copyOf(points.values());
    }

    /** Payload and text of those posts that are stored. */
    static Map<String, IndexedPost> posts(IndexSearcher searcher, Collection<String> keys) throws IOException {
        Map<String, IndexedPost> posts = new HashMap<>();
        for (LeafReaderContext leaf : searcher.getLeafContexts()) {
            StoredFields stored = leaf.reader().storedFields();
            for (Map.Entry<String, Integer> found : docs(leaf.reader(), keys).entrySet()) {
                posts.put(found.getKey(), PointDocument.post(stored.document(found.getValue())));
            }
        }
        return posts;
    }

    static SearchHit hit(IndexSearcher searcher, int doc, double score) throws IOException {
        List<LeafReaderContext> leaves = searcher.getLeafContexts();
        LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
        BinaryDocValues hits = leaf.reader().getBinaryDocValues(PointDocument.HIT);
        return hits != null && hits.advanceExact(doc - leaf.docBase)
                ? PointDocument.hit(hits.binaryValue(), score)
                : PointDocument.hit(searcher.storedFields().document(doc), score);
    }

    /** An array of length 0 means no vector. */
    private static float[] vector(LeafReader reader, int doc) throws IOException {
        FloatVectorValues vectors = reader.getFloatVectorValues(PointDocument.VECTOR);
        boolean hasVector = vectors != null && vectors.advance(doc) == doc;
        return hasVector ? vectors.vectorValue().clone() : new float[0];
    }

    private static Map<String, Integer> docs(LeafReader reader, Collection<String> keys) throws IOException {
        Map<String, Integer> docs = new HashMap<>();
        Terms terms = reader.terms(PointDocument.KEY);
        if (terms != null) {
            Bits live = reader.getLiveDocs();
            TermsEnum stored = terms.iterator();
            for (String key : keys) {
                if (stored.seekExact(new BytesRef(key))) {
                    PostingsEnum posts = stored.postings(null, PostingsEnum.NONE);
                    for (int doc = posts.nextDoc(); doc != PostingsEnum.NO_MORE_DOCS; doc = posts.nextDoc()) {
                        if (live == null || live.get(doc)) {
                            docs.put(key, doc);
                        }
                    }
                }
            }
        }
        return docs;
    }
}
