package routes.vectorindex.qdrant;

import com.google.common.hash.Hashing;
import io.qdrant.client.VectorFactory;
import io.qdrant.client.grpc.Points.Vector;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import routes.text.SearchWords;
import routes.vectorindex.words.PostTerms;
import routes.vectorindex.words.QueryPlan.Field;
import routes.vectorindex.words.QueryPlan.Term;

/**
 * Words as sparse vectors. A dimension is a term of one field, so one vector contains all fields, and the dot product of a post and
 * a query is a weighted sum over the fields. Qdrant multiplies each dimension by its inverse document frequency (modifier
 * {@code idf}); the stored value is the other factor of BM25: the term frequency, normalised by the length of the text.
 *
 * <p>BM25 divides the length by the average length in the index, which changes with each post. Here, the average is a constant.
 */
final class Sparse {
    /** Names of the vectors: words by stem, base form, first letters, root and tag; letters by letter sequences. */
    static final String WORDS = "words";

    static final String LETTERS = "letters";

    /** BM25 parameter; Lucene's default. */
    private static final double K1 = 1.2;

    private static final double B = 0.75;
    /** Number of words of an average post, which has 450 letters. */
    private static final double AVERAGE_WORDS = 65;

    private static final double AVERAGE_TAG_WORDS = 5;

    private Sparse() {}

    /** Returns a number for the term that is the same in every version of the program. */
    static long hash(Term term) {
        return Hashing.farmHashFingerprint64()
                .hashString(term.field().name() + ' ' + term.text(), StandardCharsets.UTF_8)
                .asLong();
    }

    static int dimension(Term term) {
        return (int) hash(term);
    }

    /** Returns the vectors of a post by name. */
    static Map<String, Vector> of(PostTerms text, List<PostTerms.Placed> tags) {
        int words = text.words().size();
        Map<Integer, Float> byWord = new TreeMap<>();
        add(byWord, Field.STEM, texts(text.stems()), words / AVERAGE_WORDS);
        add(byWord, Field.LEMMA, texts(text.bases()), words / AVERAGE_WORDS);
        add(byWord, Field.PREFIX, text.prefixes(), words / AVERAGE_WORDS);
        add(byWord, Field.ROOT, text.roots(), 1);
        add(
                byWord,
                Field.TAG,
                texts(tags),
                tags.stream().mapToInt(PostTerms.Placed::step).sum() / AVERAGE_TAG_WORDS);
        Map<Integer, Float> byLetters = new TreeMap<>();
        List<String> grams = text.words().stream()
                .flatMap(word -> SearchWords.grams(word).stream())
                .toList();
        add(byLetters, Field.GRAM, grams, words / AVERAGE_WORDS);
        Map<String, Vector> vectors = new HashMap<>();
        if (!byWord.isEmpty()) {
            vectors.put(WORDS, vector(byWord));
        }
        if (!byLetters.isEmpty()) {
            vectors.put(LETTERS, vector(byLetters));
        }
        return vectors;
    }

    private static List<String> texts(List<PostTerms.Placed> placed) {
        return placed.stream().map(PostTerms.Placed::text).toList();
    }

    /** @param length length of the text divided by the average length */
    private static void add(Map<Integer, Float> vector, Field field, Collection<String> terms, double length) {
        Map<String, Integer> frequencies = new HashMap<>();
        terms.forEach(term -> frequencies.merge(term, 1, Integer::sum));
        double norm = K1 * (1 - B + B * length);
        frequencies.forEach((term, times) ->
                vector.merge(dimension(new Term(field, term)), (float) (times / (times + norm)), Float::sum));
    }

    static Vector vector(Map<Integer, Float> values) {
        return VectorFactory.vector(List.copyOf(values.values()), List.copyOf(values.keySet()));
    }

    /** Returns the letter pairs of a vocabulary word. */
    static Map<Integer, Float> letters(String word) {
        String bounded = "_" + word + "_";
        Map<Integer, Float> pairs = new TreeMap<>();
        for (int i = 0; i + 1 < bounded.length(); i++) {
            pairs.merge(dimension(new Term(Field.GRAM, bounded.substring(i, i + 2))), 1f, Float::max);
            if (i + 2 < bounded.length()) { // finds swapped letters and a missing letter
                pairs.merge(
                        dimension(new Term(Field.GRAM, bounded.charAt(i) + "." + bounded.charAt(i + 2))),
                        0.5f,
                        Float::max);
            }
        }
        float length = (float) Math.sqrt(bounded.length());
        pairs.replaceAll((pair, value) -> value / length);
        return pairs;
    }
}
