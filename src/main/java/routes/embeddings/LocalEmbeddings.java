package routes.embeddings;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.StringHelper;
import routes.text.Language;
import routes.text.TextAnalysis;

/**
 * Embeddings without a model: every stem and every character n-gram of a stem is hashed, with a sign, to one of {@value #DIMENSION}
 * components (feature hashing, Weinberger et al., ICML 2009). Two texts are similar if they use the same words, related words
 * ("нейросеть", "нейросетевой") or the same words with a typo. The same text gives the same vector in every JVM.
 *
 * <p>A text without content words (blank, only stop words, emoji, links) gets the zero vector.
 */
public record LocalEmbeddings(TextAnalysis analysis) implements EmbeddingProvider {

    /**
     * Number of components. With D components, the cosine of two unrelated texts has mean 0 and standard deviation 1/√D. 512 results in
     * 0.044, so that {@link #NOISE_FLOOR} can be low enough for a short query to match a long post; 256 would result in 0.063, 1024 would
     * double the memory (2 KiB per post with 512) and the time to build the index.
     */
    private static final int DIMENSION = 512;

    /** 4.5 standard deviations: of 100 000 unrelated posts, less than one is expected above it. */
    private static final float NOISE_FLOOR = 0.2f;

    /** Total weight of all n-grams of a word, relative to 1 for its stem. */
    private static final double NGRAM_SHARE = 1;

    /**
     * Number of components per stem. With one, a single collision in 512 would make two short texts look alike; with four, the
     * noise of short texts is as low as that of long ones.
     */
    private static final int STEM_COMPONENTS = 4;

    private static final int SHORTEST_NGRAM = 3;
    private static final int LONGEST_NGRAM = 5;
    /** Any fixed number; a different number creates a different, incompatible vector space. */
    private static final int SEED = 0x7e1e6a;

    @Override
    public String provider() {
        return "local";
    }

    @Override
    public String model() {
        return "hashed-stems-1";
    }

    @Override
    public int dimension() {
        return DIMENSION;
    }

    @Override
    public Similarity similarity(Language language) {
        return new Similarity(NOISE_FLOOR, NOISE_FLOOR, 1);
    }

    /**
     * Returns 0: combined with the words, the vectors lower nDCG@10 by 0.017 or more, because they contain the same stems, less precisely.
     */
    @Override
    public float searchWeight() {
        return 0;
    }

    @Override
    public List<float[]> embed(List<String> texts) {
        return texts.stream().map(this::embed).toList();
    }

    private float[] embed(String text) {
        Map<String, Integer> frequencies = new LinkedHashMap<>(); // ordered: floating-point sums depend on the order
        for (String stem : analysis.stems(text)) {
            frequencies.merge(stem, 1, Integer::sum);
        }
        double[] sums = new double[DIMENSION];
        frequencies.forEach((stem, frequency) -> addWord(sums, stem, 1 + StrictMath.log(frequency)));
        return normalized(sums);
    }

    private static void addWord(double[] sums, String stem, double weight) {
        for (int i = 0; i < STEM_COMPONENTS; i++) {
            addFeature(sums, i + stem, weight / Math.sqrt(STEM_COMPONENTS));
        }
        String bounded = "^" + stem; // beginnings carry the meaning in both languages; endings are stripped anyway
        int ngrams = 0;
        for (int n = SHORTEST_NGRAM; n <= LONGEST_NGRAM; n++) {
            ngrams += Math.max(0, bounded.length() - n + 1);
        }
        for (int n = SHORTEST_NGRAM; n <= LONGEST_NGRAM; n++) {
            for (int i = 0; i + n <= bounded.length(); i++) {
                addFeature(sums, "#" + bounded.substring(i, i + n), weight * Math.sqrt(NGRAM_SHARE / ngrams));
            }
        }
    }

    private static void addFeature(double[] sums, String feature, double weight) {
        int hash = StringHelper.murmurhash3_x86_32(new BytesRef(feature), SEED);
        sums[hash & (DIMENSION - 1)] += hash < 0 ? -weight : weight;
    }

    private static float[] normalized(double[] sums) {
        double squares = 0;
        for (double sum : sums) {
            squares += sum * sum;
        }
        float[] vector = new float[sums.length];
        if (squares > 0) {
            double length = Math.sqrt(squares);
            for (int i = 0; i < sums.length; i++) {
                vector[i] = (float) (sums[i] / length);
            }
        }
        return vector;
    }
}
