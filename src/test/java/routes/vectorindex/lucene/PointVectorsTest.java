package routes.vectorindex.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene912.Lucene912Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.VectorUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import routes.embeddings.LocalEmbeddings;
import routes.text.SearchWords;
import routes.text.TextAnalysis;

class PointVectorsTest {
    private static final int VECTORS = 3_000;
    private static final int NEAREST = 10;

    @TempDir
    Path folder;

    private final Random random = new Random(7);

    /** In clusters, as the vectors of posts are. */
    private final List<float[]> centres =
            Stream.generate(() -> near(new float[64], 1)).limit(40).toList();

    private final List<float[]> vectors = vectors(VECTORS);

    @ParameterizedTest
    @CsvSource({"1000, true, 0.95", "10000, false, 1"})
    void the_nearest_vectors_are_those_of_an_exact_search(int graphFrom, boolean hasGraph, double recall)
            throws IOException {
        try (Directory directory = FSDirectory.open(folder)) {
            try (IndexWriter writer = writer(directory, new PointVectors(graphFrom))) {
                for (int i = 0; i < VECTORS; i++) {
                    Document document = new Document();
                    document.add(new KnnFloatVectorField(
                            PointDocument.VECTOR, vectors.get(i), VectorSimilarityFunction.DOT_PRODUCT));
                    writer.addDocument(document);
                    if (i % 500 == 0) {
                        writer.commit();
                    }
                }
                writer.forceMerge(1);
            }
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                SegmentReader segment = (SegmentReader) reader.leaves().get(0).reader();
                assertThat(segment.getSegmentInfo().info.getAttribute(PointVectors.HAS_GRAPH))
                        .isEqualTo(String.valueOf(hasGraph));
                assertThat(recall(new IndexSearcher(reader))).isGreaterThanOrEqualTo(recall);
            }
        }
    }

    @Test
    void vectors_that_no_search_asks_for_get_no_graph() throws IOException {
        var local = new LocalEmbeddings(new TextAnalysis(new SearchWords()));
        assertThat(local.searchWeight()).isZero();
        try (Directory directory = FSDirectory.open(folder)) {
            try (IndexWriter writer = writer(directory, PointVectors.of(local))) {
                for (int i = 0; i < 10_001; i++) {
                    Document document = new Document();
                    document.add(new KnnFloatVectorField(
                            PointDocument.VECTOR, vectors.get(i % VECTORS), VectorSimilarityFunction.DOT_PRODUCT));
                    writer.addDocument(document);
                    if (i == 5_000) {
                        writer.commit();
                    }
                }
                writer.forceMerge(1);
            }
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                SegmentReader segment = (SegmentReader) reader.leaves().get(0).reader();
                assertThat(segment.maxDoc()).isEqualTo(10_001);
                assertThat(segment.getSegmentInfo().info.getAttribute(PointVectors.HAS_GRAPH))
                        .isEqualTo("false");
            }
        }
    }

    /** Hits that are as near as the last of the nearest vectors, or nearer. */
    private double recall(IndexSearcher searcher) throws IOException {
        long found = 0;
        List<float[]> queries = vectors(50);
        for (float[] query : queries) {
            double[] scores = vectors.stream()
                    .mapToDouble(vector -> (1 + VectorUtil.dotProduct(query, vector)) / 2)
                    .sorted()
                    .toArray();
            double last = scores[VECTORS - NEAREST] - 1e-5;
            KnnFloatVectorQuery nearest = new KnnFloatVectorQuery(PointDocument.VECTOR, query, 100);
            found += Arrays.stream(searcher.search(nearest, NEAREST).scoreDocs)
                    .filter(hit -> hit.score >= last)
                    .count();
        }
        return (double) found / (queries.size() * NEAREST);
    }

    private static IndexWriter writer(Directory directory, KnnVectorsFormat vectors) throws IOException {
        return new IndexWriter(directory, new IndexWriterConfig().setCodec(new Lucene912Codec() {
                    @Override
                    public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                        return vectors;
                    }
                }));
    }

    private List<float[]> vectors(int count) {
        return Stream.generate(() -> near(centres.get(random.nextInt(centres.size())), 0.1))
                .limit(count)
                .toList();
    }

    private float[] near(float[] centre, double distance) {
        float[] vector = Arrays.copyOf(centre, centre.length);
        for (int i = 0; i < vector.length; i++) {
            vector[i] += (float) (random.nextGaussian() * distance);
        }
        return VectorUtil.l2normalize(vector);
    }
}
