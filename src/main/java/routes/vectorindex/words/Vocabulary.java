package routes.vectorindex.words;

import java.io.IOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import routes.vectorindex.words.QueryPlan.Term;

/** Which words the posts of an index contain, within the tenant and the channels of one query. */
public interface Vocabulary {
    /** The number of similar words that are looked for. */
    int MAX_SIMILAR = 10;

    /**
     * @param distance letters that differ; two that changed places count as one
     * @param frequency number of posts with the word, or an estimate
     */
    record Similar(String word, int distance, int frequency) {
        /** The nearest first, then the most frequent. */
        public static final Comparator<Similar> ORDER = Comparator.comparingInt(Similar::distance)
                .thenComparing(Similar::frequency, Comparator.reverseOrder())
                .thenComparing(Similar::word);
    }

    /** Whether a post of the tenant has one of the terms. */
    boolean isKnown(List<Term> terms) throws IOException;

    /** Whether a post of the tenant in the channels of the query has one of the terms: nothing may be learnt about others. */
    boolean isReadable(List<Term> terms) throws IOException;

    /** At most {@value #MAX_SIMILAR} readable words with at most so many different letters, in their order. */
    List<Similar> similar(String word, int errors) throws IOException;

    /** Look-ups that follow now; a vocabulary behind a network makes them together. */
    default void expect(Collection<List<Term>> known, Collection<List<Term>> readable) throws IOException {}
}
