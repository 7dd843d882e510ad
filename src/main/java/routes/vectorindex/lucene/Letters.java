package routes.vectorindex.lucene;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.util.BytesRef;
import routes.text.SearchWords;

/**
 * Compares a query with the best hits by letter sequences ({@link SearchWords#grams}), with BM25. Because only the best hits are
 * compared, the sequences of a post are one stored value, without a dictionary and postings: a post of 450 letters has 350 distinct
 * sequences, more than it has terms in all fields together.
 *
 * <p>The value is a list of variable-length integers. The first is the number of words. For each sequence, in ascending order of
 * sequence numbers, it continues with twice the difference to the previous number, plus one if the sequence occurs several times in
 * the post; in that case the number of occurrences follows.
 */
final class Letters {
    /** Number of bits of a sequence number. The 350 sequences of a post rarely collide, and most differences need two bytes. */
    private static final int BITS = 20;

    /** BM25 parameter; Lucene's default. */
    private static final double K1 = 1.2;

    private static final double B = 0.75;

    private final int[] wanted;
    private final double[] weights;
    private final double averageWords;

    /**
     * Prepares a query.
     *
     * @param words with the weight of each of their sequences, which is multiplied by the inverse document frequency
     */
    Letters(Map<String, Float> words, Sample sample) {
        Map<Integer, Float> sums = new TreeMap<>();
        words.forEach((word, weight) ->
                Arrays.stream(numbers(word)).distinct().forEach(number -> sums.merge(number, weight, Float::sum)));
        wanted = sums.keySet().stream().mapToInt(Integer::intValue).toArray();
        weights = Arrays.stream(wanted)
                .mapToDouble(number -> sums.get(number) * sample.rarity(number))
                .toArray();
        averageWords = sample.averageWords();
    }

    /** Encodes the words of a post. */
    static BytesRef of(List<String> words) {
        int[] all = words.stream()
                .flatMapToInt(word -> Arrays.stream(numbers(word)))
                .sorted()
                .toArray();
        ByteBuffersDataOutput out = new ByteBuffersDataOutput();
        try {
            out.writeVInt(words.size());
            for (int i = 0, last = 0, next; i < all.length; i = next) {
                next = i + 1;
                while (next < all.length && all[next] == all[i]) {
                    next++;
                }
                int distance = all[i] - last << 1;
                last = all[i];
                out.writeVInt(next == i + 1 ? distance : distance | 1);
                if (next > i + 1) {
                    out.writeVInt(next - i);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("Cannot write to memory", e);
        }
        return new BytesRef(out.toArrayCopy());
    }

    private static int[] numbers(String word) {
        return SearchWords.grams(word).stream()
                .mapToInt(gram -> gram.hashCode() * 0x9E3779B9 >>> Integer.SIZE - BITS)
                .toArray();
    }

    /** Returns the score of an encoded post. */
    double score(BytesRef value) {
        Stored post = new Stored(value);
        double norm = K1 * (1 - B + B * post.words / averageWords);
        double score = 0;
        for (int i = 0; i < wanted.length && post.next(); ) {
            while (i < wanted.length && wanted[i] < post.number) {
                i++;
            }
            if (i < wanted.length && wanted[i] == post.number) {
                score += weights[i] * post.times / (post.times + norm);
            }
        }
        return score;
    }

    /** Counts the sequences of a sample of posts, as an estimate of their document frequencies. */
    static final class Sample {
        private final int[] posts = new int[1 << BITS];
        private int all;
        private long words;

        void add(BytesRef value) {
            Stored post = new Stored(value);
            while (post.next()) {
                posts[post.number]++;
            }
            words += post.words;
            all++;
        }

        private double averageWords() {
            return words == 0 ? 1 : (double) words / all;
        }

        /** Returns the inverse document frequency. */
        private double rarity(int number) {
            return Math.log(1 + (all - posts[number] + 0.5) / (posts[number] + 0.5));
        }
    }

    /** Decodes the value of a post. */
    private static final class Stored {
        private final ByteArrayDataInput in;
        private final int words;
        private int number;
        private int times;

        Stored(BytesRef value) {
            in = new ByteArrayDataInput(value.bytes, value.offset, value.length);
            words = in.readVInt();
        }

        boolean next() {
            if (in.eof()) {
                return false;
            }
            int distance = in.readVInt();
            number += distance >>> 1;
            times = (distance & 1) == 0 ? 1 : in.readVInt();
            return true;
        }
    }
}
