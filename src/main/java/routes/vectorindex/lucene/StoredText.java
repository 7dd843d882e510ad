package routes.vectorindex.lucene;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import routes.vectorindex.StoredPoint;

/** What is kept of a stored post when only its payload changes. The zero vector of length 0 stands for none. */
@SuppressWarnings("ArrayRecordComponent")
record StoredText(String text, float[] vector) {

    /** Text and vector of the one post that the query finds. */
    static StoredText read(IndexSearcher searcher, Query post) throws IOException {
        ScoreDoc found = searcher.search(post, 1).scoreDocs[0];
        String text = searcher.storedFields()
                .document(found.doc, Set.of(PointDocument.TEXT))
                .get(PointDocument.TEXT);
        LeafReaderContext leaf = leaf(searcher, found.doc);
        FloatVectorValues vectors = leaf.reader().getFloatVectorValues(PointDocument.VECTOR);
        int doc = found.doc - leaf.docBase;
        boolean hasVector = vectors != null && vectors.advance(doc) == doc;
        return new StoredText(text, hasVector ? vectors.vectorValue().clone() : new float[0]);
    }

    /** Revision and text hash of the one post that the query finds, if any. */
    static Optional<StoredPoint> state(IndexSearcher searcher, Query post) throws IOException {
        ScoreDoc[] found = searcher.search(post, 1).scoreDocs;
        if (found.length == 0) {
            return Optional.empty();
        }
        LeafReaderContext leaf = leaf(searcher, found[0].doc);
        int doc = found[0].doc - leaf.docBase;
        LeafReader reader = leaf.reader();
        NumericDocValues revision = reader.getNumericDocValues(PointDocument.REVISION);
        BinaryDocValues textHash = reader.getBinaryDocValues(PointDocument.TEXT_HASH);
        if (!revision.advanceExact(doc) || !textHash.advanceExact(doc)) {
            throw new IOException("a post without revision; start once with --reindex to build the index again");
        }
        return Optional.of(
                new StoredPoint(revision.longValue(), textHash.binaryValue().utf8ToString()));
    }

    private static LeafReaderContext leaf(IndexSearcher searcher, int doc) {
        return searcher.getLeafContexts().get(ReaderUtil.subIndex(doc, searcher.getLeafContexts()));
    }
}
