package routes.vectorindex.lucene;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.lucene.index.IndexReader.CacheKey;
import org.apache.lucene.index.IndexReaderContext;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TermState;
import org.apache.lucene.index.TermStates;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TermQuery;

/**
 * Caches the positions of terms in the segments. A search looks up about a hundred terms, most of them letter sequences, in each of
 * about twenty segments. This took 40 % of the search time, and different searches share sequences. Segments are immutable, so a
 * commit does not invalidate the entries of existing segments.
 */
final class TermCache {
    /** Maximum number of terms; an entry takes about 1 KB. */
    private static final int TERMS = 16_000;

    private static final Found MISSING = new Found(null, 0, 0);

    private record Found(TermState state, int posts, long occurrences) {}

    private record Known(TermStates states, Map<CacheKey, Found> segments) {}

    private final Cache<Term, Known> terms =
            Caffeine.newBuilder().maximumSize(TERMS).build();

    TermQuery query(IndexSearcher searcher, Term term) throws IOException {
        return new TermQuery(term, states(searcher, term));
    }

    /** Returns the number of posts with the term. Includes deleted posts that are not merged away yet. */
    int posts(IndexSearcher searcher, Term term) throws IOException {
        return states(searcher, term).docFreq();
    }

    private TermStates states(IndexSearcher searcher, Term term) throws IOException {
        IndexReaderContext index = searcher.getTopReaderContext();
        Known known = terms.getIfPresent(term);
        if (known != null && known.states().wasBuiltFor(index)) {
            return known.states();
        }
        var states = new TermStates(index);
        Map<CacheKey, Found> segments = new HashMap<>();
        for (LeafReaderContext leaf : index.leaves()) {
            CacheKey segment = leaf.reader().getCoreCacheHelper().getKey();
            Found found = known == null ? null : known.segments().get(segment);
            if (found == null) {
                found = find(leaf.reader(), term);
            }
            segments.put(segment, found);
            if (found.state() != null) {
                states.register(found.state(), leaf.ord, found.posts(), found.occurrences());
            }
        }
        terms.put(term, new Known(states, segments));
        return states;
    }

    private static Found find(LeafReader segment, Term term) throws IOException {
        Terms field = segment.terms(term.field());
        TermsEnum dictionary = field == null ? null : field.iterator();
        return dictionary != null && dictionary.seekExact(term.bytes())
                ? new Found(dictionary.termState(), dictionary.docFreq(), dictionary.totalTermFreq())
                : MISSING;
    }
}
