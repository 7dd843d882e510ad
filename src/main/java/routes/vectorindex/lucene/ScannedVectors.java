package routes.vectorindex.lucene;

import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.hnsw.FlatVectorsReader;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** Vectors without a graph: a search compares the query with each of them. */
final class ScannedVectors extends KnnVectorsReader {
    private final FlatVectorsReader vectors;

    ScannedVectors(FlatVectorsReader vectors) {
        this.vectors = vectors;
    }

    @Override
    public void search(String field, float[] target, KnnCollector nearest, Bits accepted) throws IOException {
        scan(vectors.getRandomVectorScorer(field, target), nearest, accepted);
    }

    @Override
    public void search(String field, byte[] target, KnnCollector nearest, Bits accepted) throws IOException {
        scan(vectors.getRandomVectorScorer(field, target), nearest, accepted);
    }

    private static void scan(RandomVectorScorer scorer, KnnCollector nearest, Bits accepted) throws IOException {
        for (int vector = 0; vector < scorer.maxOrd() && !nearest.earlyTerminated(); vector++) {
            int doc = scorer.ordToDoc(vector);
            if (accepted == null || accepted.get(doc)) {
                nearest.incVisitedCount(1);
                nearest.collect(doc, scorer.score(vector));
            }
        }
    }

    @Override
    public FloatVectorValues getFloatVectorValues(String field) throws IOException {
        return vectors.getFloatVectorValues(field);
    }

    @Override
    public ByteVectorValues getByteVectorValues(String field) throws IOException {
        return vectors.getByteVectorValues(field);
    }

    @Override
    public void checkIntegrity() throws IOException {
        vectors.checkIntegrity();
    }

    @Override
    public long ramBytesUsed() {
        return vectors.ramBytesUsed();
    }

    @Override
    public void close() throws IOException {
        vectors.close();
    }
}
