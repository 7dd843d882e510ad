package routes.vectorindex.lucene;

import static routes.vectorindex.lucene.PointDocument.CHANNEL;
import static routes.vectorindex.lucene.PointDocument.HAS;
import static routes.vectorindex.lucene.PointDocument.POSTED_AT;
import static routes.vectorindex.lucene.PointDocument.TAG;
import static routes.vectorindex.lucene.PointDocument.TENANT;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MultiPhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;
import routes.text.SearchWords;
import routes.text.SearchWords.Word;
import routes.text.TagKey;
import routes.vectorindex.VectorIndex.SearchQuery;
import routes.vectorindex.words.QueryPlan;

/** Lucene queries for the filters of a search. {@link TextQuery} contains the queries for its words. */
final class PointQueries {
    private final SearchWords analysis;

    PointQueries(SearchWords analysis) {
        this.analysis = analysis;
    }

    /** Restricts the given posts to the filters of the query. */
    Query within(SearchQuery query, Query posts) {
        return new BooleanQuery.Builder()
                .add(posts, Occur.MUST)
                .add(limits(query), Occur.FILTER)
                .build();
    }

    /** The filters of the query, without its words. */
    Query limits(SearchQuery query) {
        BooleanQuery.Builder limits = new BooleanQuery.Builder().add(readable(query), Occur.FILTER);
        query.tags().forEach(tag -> limits.add(new TermQuery(new Term(TAG, TagKey.of(tag))), Occur.FILTER));
        query.has().forEach(feature -> limits.add(new TermQuery(new Term(HAS, feature)), Occur.FILTER));
        if (query.from() != null || query.to() != null) {
            long from = query.from() == null ? Long.MIN_VALUE : query.from().toEpochMilli();
            long to = query.to() == null ? Long.MAX_VALUE : query.to().toEpochMilli() - 1;
            limits.add(LongPoint.newRangeQuery(POSTED_AT, from, to), Occur.FILTER);
        }
        query.phrases().stream().flatMap(text -> phrase(text).stream()).forEach(one -> limits.add(one, Occur.FILTER));
        query.without().stream().flatMap(text -> phrase(text).stream()).forEach(one -> limits.add(one, Occur.MUST_NOT));
        return limits.build();
    }

    /** The posts of the tenant in the query's channels. Searches must not reveal information about other posts. */
    static Query readable(SearchQuery query) {
        return new BooleanQuery.Builder()
                .add(tenant(query.tenantId()), Occur.FILTER)
                .add(anyOf(CHANNEL, query.channelIds(), UUID::toString), Occur.FILTER)
                .build();
    }

    static Query tenant(UUID tenantId) {
        return new TermQuery(new Term(TENANT, tenantId.toString()));
    }

    static <T> Query anyOf(String field, Collection<T> values, Function<T, String> term) {
        return new TermInSetQuery(
                field, values.stream().map(term).map(BytesRef::new).toList());
    }

    /** Adjacent words of the text, in any form; a single word may also be in the tags. Empty without a word. */
    private Optional<Query> phrase(String text) {
        List<Word> words = analysis.of(text);
        if (words.isEmpty()) {
            return Optional.empty();
        }
        if (words.size() == 1) {
            BooleanQuery.Builder any = new BooleanQuery.Builder();
            QueryPlan.forms(analysis, words.get(0).text())
                    .forEach(term -> any.add(new TermQuery(TextQuery.term(term)), Occur.SHOULD));
            return Optional.of(any.build());
        }
        MultiPhraseQuery.Builder phrase = new MultiPhraseQuery.Builder();
        words.stream()
                .filter(word -> !word.joined())
                .forEach(word -> phrase.add(terms(QueryPlan.bases(analysis, word.text())), word.position()));
        return Optional.of(phrase.build());
    }

    static Term[] terms(List<QueryPlan.Term> terms) {
        return terms.stream().map(TextQuery::term).toArray(Term[]::new);
    }
}
