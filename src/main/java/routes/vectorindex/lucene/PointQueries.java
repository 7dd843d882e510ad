package routes.vectorindex.lucene;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;
import routes.text.NormalizedText;
import routes.text.TagKey;
import routes.vectorindex.SearchQuery;

/** Builds Lucene queries from a {@link SearchQuery}. */
final class PointQueries {
    /** A tag names the subject of a post; a word of the text only occurs in it. */
    private static final float TAG_BOOST = 2;

    private static final int MAX_TERMS = 64;

    private PointQueries() {}

    /** The filters that every hit must match. */
    static Query filter(SearchQuery query) {
        BooleanQuery.Builder filter = new BooleanQuery.Builder()
                .add(
                        new TermQuery(
                                new Term(PointDocument.TENANT, query.tenantId().toString())),
                        Occur.FILTER)
                .add(anyOf(PointDocument.CHANNEL, query.channelIds(), Object::toString), Occur.FILTER);
        if (!query.tags().isEmpty()) {
            // the form itself too: an older index contains no keys
            List<String> keys = query.tags().stream()
                    .flatMap(tag -> Stream.of(TagKey.of(tag), NormalizedText.of(tag)))
                    .toList();
            filter.add(anyOf(PointDocument.TAG, keys, key -> key), Occur.FILTER);
        }
        if (query.from() != null || query.to() != null) {
            long from = millis(query.from(), Long.MIN_VALUE);
            long to = query.to() == null ? Long.MAX_VALUE : millis(query.to(), 0) - 1;
            filter.add(LongPoint.newRangeQuery(PointDocument.POSTED_AT, from, to), Occur.FILTER);
        }
        return filter.build();
    }

    static <T> Query anyOf(String field, Collection<T> values, Function<T, String> term) {
        return new TermInSetQuery(
                field, values.stream().map(term).map(BytesRef::new).toList());
    }

    /** Any of the words in text or tags; empty if the text has no searchable word. */
    static Optional<Query> words(Analyzer analyzer, String text) {
        BooleanQuery.Builder query = new BooleanQuery.Builder();
        Set<String> terms = terms(analyzer, text);
        for (String term : terms) {
            query.add(new TermQuery(new Term(PointDocument.TEXT, term)), Occur.SHOULD);
            query.add(new BoostQuery(new TermQuery(new Term(PointDocument.TAGS_TEXT, term)), TAG_BOOST), Occur.SHOULD);
        }
        return terms.isEmpty() ? Optional.empty() : Optional.of(query.build());
    }

    private static Set<String> terms(Analyzer analyzer, String text) {
        Set<String> terms = new LinkedHashSet<>();
        try (TokenStream words = analyzer.tokenStream(PointDocument.TEXT, text)) {
            CharTermAttribute word = words.addAttribute(CharTermAttribute.class);
            words.reset();
            while (terms.size() < MAX_TERMS && words.incrementToken()) {
                terms.add(word.toString());
            }
            if (terms.size() < MAX_TERMS) {
                words.end();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("A text in memory cannot be read", e);
        }
        return terms;
    }

    private static long millis(Instant instant, long none) {
        return instant == null ? none : instant.toEpochMilli();
    }
}
