package routes.vectorindex.lucene;

import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;

/**
 * Lucene's HNSW format with a higher limit of dimensions: Lucene's own 1024 is no limit of the file format, and embedding
 * models of 1536 to 4096 dimensions are common. Segments carry the name of Lucene's format and are read by it.
 */
final class PointVectors extends KnnVectorsFormat {
    static final int MAX_DIMENSION = 4_096;

    /** Lucene's default. */
    private static final int CONNECTIONS = 16;

    /** Candidates while a graph is built; Lucene's default is 100. Less is built faster at a little less recall. */
    private static final int BEAM_WIDTH = 64;

    private final KnnVectorsFormat hnsw = new Lucene99HnswVectorsFormat(CONNECTIONS, BEAM_WIDTH);

    PointVectors() {
        super(new Lucene99HnswVectorsFormat().getName());
    }

    @Override
    public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
        return hnsw.fieldsWriter(state);
    }

    @Override
    public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
        return hnsw.fieldsReader(state);
    }

    @Override
    public int getMaxDimensions(String fieldName) {
        return MAX_DIMENSION;
    }
}
