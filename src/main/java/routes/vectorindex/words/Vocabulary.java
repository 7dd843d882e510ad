package routes.vectorindex.words;

import java.io.IOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import routes.vectorindex.words.QueryPlan.Term;

/** The words of an index's posts, within the tenant and the channels of one query. */
public interface Vocabulary {
    /** Maximum number of similar words to return. */
    int MAX_SIMILAR = 10;

    /**
     * @param distance number of different letters; two swapped letters count as one
     * @param frequency number of posts with the word, or an estimate
     */
    record Similar(String word, int distance, int frequency) {
        /** Nearest first, then most frequent. */
        public static final Comparator<Similar> ORDER = Comparator.comparingInt(Similar::distance)
                .thenComparing(Similar::frequency, Comparator.reverseOrder())
                .thenComparing(Similar::word);
    }

    /** Whether a post of the tenant contains one of the terms. */
    boolean isKnown(List<Term> terms) throws IOException;

    /**
     * Whether a post of the tenant in the channels of the query contains one of the terms. Searches must not reveal information
     * about other posts.
     */
    boolean isReadable(List<Term> terms) throws IOException;

    /**
     * Returns at most {@value #MAX_SIMILAR} words of readable posts with at most this number of different letters, sorted by
     * {@link Similar#ORDER}.
     */
    List<Similar> similar(String word, int errors) throws IOException;

    /** Announces lookups that follow, so that a remote vocabulary can combine them. */
    default void expect(Collection<List<Term>> known, Collection<List<Term>> readable) throws IOException {}
}
