package routes.vectorindex.lucene;

import static routes.vectorindex.lucene.PointDocument.LEMMA;
import static routes.vectorindex.lucene.PointDocument.PREFIX;
import static routes.vectorindex.lucene.PointDocument.ROOT;
import static routes.vectorindex.lucene.PointDocument.STEM;
import static routes.vectorindex.lucene.PointDocument.TAGS_TEXT;
import static routes.vectorindex.lucene.PointDocument.WORD;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostAttribute;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.DisjunctionMaxQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.FuzzyTermsEnum;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MultiPhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import routes.text.SearchWords;
import routes.vectorindex.VectorIndex.SearchQuery;
import routes.vectorindex.words.Characteristics;
import routes.vectorindex.words.QueryPlan;
import routes.vectorindex.words.QueryPlan.Best;
import routes.vectorindex.words.QueryPlan.Clause;
import routes.vectorindex.words.QueryPlan.Pair;
import routes.vectorindex.words.QueryPlan.Weighted;
import routes.vectorindex.words.Vocabulary;

/** Converts the words of a query to Lucene queries: {@link #matching} selects the hits, {@link #refining} re-ranks the best ones. */
final class TextQuery {
    /** Maximum number of words between two neighbours. */
    private static final int NEAR = 3;

    private final IndexSearcher searcher;
    private final TermCache terms;
    private final QueryPlan plan;

    TextQuery(IndexSearcher searcher, TermCache terms, SearchWords analysis, SearchQuery query) throws IOException {
        this.searcher = searcher;
        this.terms = terms;
        plan = new QueryPlan(analysis, query, new IndexedWords(searcher, terms, query));
    }

    /** Returns a query for posts with the characteristic words of the text. */
    static Query characteristic(IndexSearcher searcher, SearchWords analysis, String text) throws IOException {
        Map<String, Integer> occurrences = Characteristics.occurrences(text, analysis);
        IndexReader reader = searcher.getIndexReader();
        Map<String, Integer> posts = new HashMap<>();
        for (String stem : occurrences.keySet()) {
            posts.put(stem, reader.docFreq(new Term(STEM, stem)));
        }
        List<String> best = Characteristics.best(occurrences, posts, reader.numDocs());
        BooleanQuery.Builder any = new BooleanQuery.Builder();
        best.forEach(stem -> any.add(new TermQuery(new Term(STEM, stem)), Occur.SHOULD));
        return any.setMinimumNumberShouldMatch(Characteristics.common(best)).build();
    }

    /** Returns a query for the hits. It matches nothing if the text has no word. */
    Query matching() throws IOException {
        BooleanQuery.Builder matching = new BooleanQuery.Builder();
        add(matching, plan.content(), Occur.SHOULD);
        add(matching, plan.joined(), Occur.SHOULD);
        if (plan.content().isEmpty()) {
            BooleanQuery.Builder all = new BooleanQuery.Builder();
            add(all, plan.connecting(), Occur.MUST);
            matching.add(all.build(), Occur.SHOULD);
        }
        return matching.build();
    }

    /** Returns a query whose scores are added to those of {@link #matching}: stop words, and words near each other as in the query. */
    Query refining() throws IOException {
        BooleanQuery.Builder refining = new BooleanQuery.Builder();
        for (Pair pair : plan.pairs()) {
            refining.add(
                    new MultiPhraseQuery.Builder()
                            .add(PointQueries.terms(pair.first()))
                            .add(PointQueries.terms(pair.second()))
                            .setSlop(NEAR)
                            .build(),
                    Occur.SHOULD);
        }
        add(refining, plan.connecting(), Occur.SHOULD);
        return refining.build();
    }

    /** Returns the scores of letter sequences, which are added to the other scores. */
    Letters letters(Letters.Sample sample) {
        return new Letters(plan.letters(), sample);
    }

    /** Returns parts of the text as typed, with the words that were searched for instead. */
    Map<String, String> replaced() {
        return plan.replaced();
    }

    private void add(BooleanQuery.Builder query, List<Clause> clauses, Occur occur) throws IOException {
        for (Clause clause : clauses) {
            query.add(query(clause), occur);
        }
    }

    private Query query(Clause clause) throws IOException {
        if (clause.parts().size() == 1) {
            return weighted(query(clause.parts().get(0)), clause.weight());
        }
        BooleanQuery.Builder sum = new BooleanQuery.Builder();
        for (Best part : clause.parts()) {
            sum.add(query(part), Occur.SHOULD);
        }
        return weighted(sum.build(), clause.weight());
    }

    private Query query(Best best) throws IOException {
        List<Query> any = new ArrayList<>();
        for (Weighted alternative : best.alternatives()) {
            any.add(query(alternative));
        }
        Query query = any.size() == 1 ? any.get(0) : new DisjunctionMaxQuery(any, best.others());
        return weighted(query, best.weight());
    }

    private Query query(Weighted alternative) throws IOException {
        return weighted(terms.query(searcher, term(alternative.term())), alternative.weight());
    }

    private static Query weighted(Query query, float weight) {
        return weight == 1 ? query : new BoostQuery(query, weight);
    }

    static Term term(QueryPlan.Term term) {
        String field =
                switch (term.field()) {
                    case STEM -> STEM;
                    case LEMMA -> LEMMA;
                    case PREFIX -> PREFIX;
                    case GRAM -> throw new IllegalArgumentException("Letters are not indexed in a text field");
                    case ROOT -> ROOT;
                    case TAG -> TAGS_TEXT;
                };
        return new Term(field, term.text());
    }

    /** The vocabulary of the index. */
    private record IndexedWords(IndexSearcher searcher, TermCache terms, Query tenant, Query readable)
            implements Vocabulary {
        IndexedWords(IndexSearcher searcher, TermCache terms, SearchQuery query) {
            this(searcher, terms, PointQueries.tenant(query.tenantId()), PointQueries.readable(query));
        }

        @Override
        public boolean isKnown(List<QueryPlan.Term> any) throws IOException {
            return exists(any, tenant);
        }

        @Override
        public boolean isReadable(List<QueryPlan.Term> any) throws IOException {
            return exists(any, readable);
        }

        @Override
        public List<Similar> similar(String word, int errors) throws IOException {
            Terms words = MultiTerms.getTerms(searcher.getIndexReader(), WORD);
            List<Similar> found = new ArrayList<>();
            if (words == null) {
                return found;
            }
            FuzzyTermsEnum near = new FuzzyTermsEnum(words, new Term(WORD, word), errors, 0, true);
            for (BytesRef term = near.next(); term != null; term = near.next()) {
                String other = term.utf8ToString();
                // the boost from the term enumeration is 1 - distance / the shorter length
                float boost =
                        near.attributes().getAttribute(BoostAttribute.class).getBoost();
                int distance = Math.round((1 - boost) * Math.min(word.length(), other.length()));
                found.add(new Similar(other, distance, near.docFreq()));
            }
            found.sort(Similar.ORDER);
            List<Similar> readableOnes = new ArrayList<>();
            for (Similar one : found.subList(0, Math.min(found.size(), 3 * MAX_SIMILAR))) {
                if (readableOnes.size() < MAX_SIMILAR
                        && exists(terms.query(searcher, new Term(WORD, one.word())), readable)) {
                    readableOnes.add(one);
                }
            }
            return readableOnes;
        }

        private boolean exists(List<QueryPlan.Term> any, Query within) throws IOException {
            for (QueryPlan.Term one : any) {
                Term term = term(one);
                if (terms.posts(searcher, term) > 0 && exists(terms.query(searcher, term), within)) {
                    return true;
                }
            }
            return false;
        }

        private boolean exists(Query posts, Query within) throws IOException {
            Query both = searcher.rewrite(new BooleanQuery.Builder()
                    .add(posts, Occur.FILTER)
                    .add(within, Occur.FILTER)
                    .build());
            Weight weight = searcher.createWeight(both, ScoreMode.COMPLETE_NO_SCORES, 1);
            for (LeafReaderContext leaf : searcher.getLeafContexts()) {
                Scorer scorer = weight.scorer(leaf);
                if (scorer == null) {
                    continue;
                }
                Bits live = leaf.reader().getLiveDocs();
                DocIdSetIterator docs = scorer.iterator();
                for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
                    if (live == null || live.get(doc)) {
                        return true;
                    }
                }
            }
            return false;
        }
    }
}
