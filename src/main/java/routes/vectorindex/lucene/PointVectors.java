package routes.vectorindex.lucene;

import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.hnsw.FlatVectorScorerUtil;
import org.apache.lucene.codecs.hnsw.FlatVectorsFormat;
import org.apache.lucene.codecs.hnsw.FlatVectorsReader;
import org.apache.lucene.codecs.lucene99.Lucene99FlatVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
import routes.embeddings.EmbeddingProvider;

/**
 * Lucene's vector format with an HNSW graph in large segments only. Scanning a small segment costs less than building a graph at
 * each merge on the way to a large segment.
 *
 * <p>The maximum dimension is higher than Lucene's limit of 1024, which is not a limit of the file format. Embedding models with
 * 1536 to 4096 dimensions are common.
 *
 * <p>Lucene finds this class by its name in {@code META-INF/services}. Segments of earlier versions contain the name of Lucene's
 * HNSW format and are read by that format.
 */
public final class PointVectors extends KnnVectorsFormat {
    static final int MAX_DIMENSION = 4_096;

    /**
     * Minimum number of posts in a segment with a graph. A search of 10 000 vectors takes 4 ms by scanning and 2 ms with a graph
     * that takes 9 s to build; at 5 000 there is no difference. See docs/performance.md.
     */
    private static final int GRAPH_FROM = 10_000;

    /** Lucene's default. */
    private static final int CONNECTIONS = 16;

    /**
     * Number of candidates during graph construction; Lucene's default is 100. A lower number builds faster with slightly lower
     * recall.
     */
    private static final int BEAM_WIDTH = 64;

    /** Segment attribute: whether the segment has a graph. */
    static final String HAS_GRAPH = "PointVectors.hasGraph";

    private final KnnVectorsFormat graph = new Lucene99HnswVectorsFormat(CONNECTIONS, BEAM_WIDTH);
    private final FlatVectorsFormat flat =
            new Lucene99FlatVectorsFormat(FlatVectorScorerUtil.getLucene99FlatVectorsScorer());

    private final int graphFrom;

    /**
     * Returns the format for the vectors of this provider. Vectors that no search uses get no graphs, because building graphs took
     * two thirds of the merge time.
     */
    static PointVectors of(EmbeddingProvider embeddings) {
        return new PointVectors(embeddings.searchWeight() > 0 ? GRAPH_FROM : Integer.MAX_VALUE);
    }

    /** Used by Lucene for reading. */
    public PointVectors() {
        this(GRAPH_FROM);
    }

    PointVectors(int graphFrom) {
        super("PointVectors");
        this.graphFrom = graphFrom;
    }

    @Override
    public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
        // the number of posts in a flush is unknown at its start, but small
        boolean hasGraph = state.context.context == IOContext.Context.MERGE && state.segmentInfo.maxDoc() >= graphFrom;
        state.segmentInfo.putAttribute(HAS_GRAPH, Boolean.toString(hasGraph));
        return hasGraph ? graph.fieldsWriter(state) : flat.fieldsWriter(state);
    }

    @Override
    public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
        boolean hasGraph = Boolean.parseBoolean(state.segmentInfo.getAttribute(HAS_GRAPH));
        return hasGraph ? graph.fieldsReader(state) : new ScannedVectors(flat.fieldsReader(state));
    }

    @Override
    public int getMaxDimensions(String fieldName) {
        return MAX_DIMENSION;
    }

    /** Vectors without a graph. A search compares the query with each vector. */
    private static final class ScannedVectors extends KnnVectorsReader {
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
}
