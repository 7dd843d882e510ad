package routes.vectorindex.qdrant;

import static io.qdrant.client.ConditionFactory.datetimeRange;
import static io.qdrant.client.ConditionFactory.filter;
import static io.qdrant.client.ConditionFactory.hasId;
import static io.qdrant.client.ConditionFactory.matchKeyword;
import static io.qdrant.client.ConditionFactory.matchKeywords;
import static io.qdrant.client.ConditionFactory.matchValues;
import static io.qdrant.client.ConditionFactory.range;

import com.google.protobuf.Timestamp;
import io.qdrant.client.grpc.Common.Condition;
import io.qdrant.client.grpc.Common.DatetimeRange;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Common.MinShould;
import io.qdrant.client.grpc.Common.Range;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import routes.text.SearchWords;
import routes.text.SearchWords.Word;
import routes.text.TagKey;
import routes.vectorindex.VectorIndex.PostWrite;
import routes.vectorindex.VectorIndex.SearchQuery;
import routes.vectorindex.words.QueryPlan;
import routes.vectorindex.words.QueryPlan.Best;
import routes.vectorindex.words.QueryPlan.Clause;
import routes.vectorindex.words.QueryPlan.Field;
import routes.vectorindex.words.QueryPlan.Term;
import routes.vectorindex.words.QueryPlan.Weighted;

/** Qdrant conditions. Every filter contains the tenant, which is the only separation of tenants. */
final class Filters {
    private final SearchWords analysis;

    Filters(SearchWords analysis) {
        this.analysis = analysis;
    }

    static Filter.Builder tenant(UUID tenantId) {
        return Filter.newBuilder().addMust(matchKeyword(Payload.TENANT, tenantId.toString()));
    }

    static Filter.Builder posts(UUID tenantId, Collection<UUID> postIds) {
        return tenant(tenantId).addMust(hasId(postIds.stream().map(Payload::id).toList()));
    }

    /** The posts of the tenant in the query's channels. Searches must not reveal information about other posts. */
    static Filter.Builder readable(SearchQuery query) {
        return tenant(query.tenantId())
                .addMust(matchKeywords(
                        Payload.CHANNEL,
                        query.channelIds().stream().map(UUID::toString).toList()));
    }

    /** The filters of the query, without its words. */
    Filter.Builder limits(SearchQuery query) {
        Filter.Builder limits = readable(query);
        query.tags().forEach(tag -> limits.addMust(matchKeyword(Payload.TAG_KEYS, TagKey.of(tag))));
        query.has().forEach(feature -> limits.addMust(matchKeyword(Payload.HAS, feature)));
        if (query.from() != null || query.to() != null) {
            DatetimeRange.Builder time = DatetimeRange.newBuilder();
            if (query.from() != null) {
                time.setGte(timestamp(query.from()));
            }
            if (query.to() != null) {
                time.setLt(timestamp(query.to()));
            }
            limits.addMust(datetimeRange(Payload.POSTED_AT, time.build()));
        }
        query.phrases().stream().flatMap(text -> phrase(text).stream()).forEach(limits::addMust);
        query.without().stream().flatMap(text -> phrase(text).stream()).forEach(limits::addMustNot);
        return limits;
    }

    private static Timestamp timestamp(Instant time) {
        return Timestamp.newBuilder()
                .setSeconds(time.getEpochSecond())
                .setNanos(time.getNano())
                .build();
    }

    /**
     * Adjacent words of the text, in any form; a single word may also be in the tags. Three words are stored as two pairs, so a
     * text with "a b" and "b c" in different places also matches "a b c". Empty without a word.
     */
    private Optional<Condition> phrase(String text) {
        List<Word> words = analysis.of(text);
        if (words.isEmpty()) {
            return Optional.empty();
        }
        List<Word> parts = words.stream().filter(word -> !word.joined()).toList();
        if (parts.size() < 2) {
            return Optional.of(any(QueryPlan.forms(analysis, words.get(0).text())));
        }
        Filter.Builder phrase = Filter.newBuilder();
        for (int i = 1; i < parts.size(); i++) {
            phrase.addMust(
                    matchValues(Payload.NEIGHBOURS, Payload.neighbours(parts.get(i - 1), parts.get(i), analysis)));
        }
        return Optional.of(filter(phrase.build()));
    }

    /** Matches posts with one of the terms, in the text or in the tags. */
    static Condition any(Collection<Term> terms) {
        Filter.Builder any = Filter.newBuilder();
        List<Long> text = hashes(terms.stream().filter(term -> term.field() != Field.TAG));
        List<Long> tags = hashes(terms.stream().filter(term -> term.field() == Field.TAG));
        if (!text.isEmpty()) {
            any.addShould(matchValues(Payload.TERMS, text));
        }
        if (!tags.isEmpty()) {
            any.addShould(matchValues(Payload.TAG_TERMS, tags));
        }
        return filter(any.build());
    }

    private static List<Long> hashes(Stream<Term> terms) {
        return terms.map(Sparse::hash).distinct().toList();
    }

    /** Returns all terms of a word. */
    static List<Term> terms(Clause clause) {
        return clause.parts().stream()
                .map(Best::alternatives)
                .flatMap(List::stream)
                .map(Weighted::term)
                .toList();
    }

    /** Returns the conditions that select the hits; see {@link QueryPlan}. */
    static List<Condition> matching(QueryPlan plan) {
        if (plan.content().isEmpty()) {
            return plan.connecting().stream().map(clause -> any(terms(clause))).toList();
        }
        return List.of(any(Stream.concat(plan.content().stream(), plan.joined().stream())
                .flatMap(clause -> terms(clause).stream())
                .toList()));
    }

    /** Matches posts with at least this number of the stems. */
    static Filter.Builder common(Filter.Builder within, List<String> stems, int atLeast) {
        MinShould.Builder some = MinShould.newBuilder().setMinCount(atLeast);
        stems.forEach(stem -> some.addConditions(any(List.of(new Term(Field.STEM, stem)))));
        return within.setMinShould(some);
    }

    /** Matches the stored points that the writes may replace: no newer revision and no other tenant. */
    static Filter replaceable(Collection<? extends PostWrite> writes, boolean sameText) {
        List<Condition> each = new ArrayList<>();
        for (PostWrite write : writes) {
            Filter.Builder point = posts(
                            write.payload().tenantId(), List.of(write.payload().postId()))
                    .addMust(range(
                            Payload.REVISION,
                            Range.newBuilder().setLte(write.indexRevision()).build()));
            if (sameText) {
                point.addMust(matchKeyword(Payload.TEXT_HASH, write.textHash()));
            }
            each.add(filter(point.build()));
        }
        return Filter.newBuilder().addAllShould(each).build();
    }
}
