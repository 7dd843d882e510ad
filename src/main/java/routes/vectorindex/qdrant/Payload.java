package routes.vectorindex.qdrant;

import static io.qdrant.client.ValueFactory.list;
import static io.qdrant.client.ValueFactory.value;

import io.qdrant.client.PointIdFactory;
import io.qdrant.client.VectorFactory;
import io.qdrant.client.VectorsFactory;
import io.qdrant.client.grpc.Collections.PayloadSchemaType;
import io.qdrant.client.grpc.Common.PointId;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.Vector;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import routes.text.SearchWords;
import routes.text.SearchWords.Word;
import routes.text.TagKey;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.IndexedPost;
import routes.vectorindex.VectorIndex.PostPayload;
import routes.vectorindex.VectorIndex.SearchHit;
import routes.vectorindex.VectorIndex.StoredPoint;
import routes.vectorindex.words.PostTerms;
import routes.vectorindex.words.QueryPlan;
import routes.vectorindex.words.QueryPlan.Field;
import routes.vectorindex.words.QueryPlan.Term;

/** Converts posts to Qdrant points and back. {@link Filters} contains the conditions. */
final class Payload {
    static final String VECTOR = "dense";

    static final String POST = "post_id";
    static final String TENANT = "tenant_id";
    static final String CHANNEL = "channel_id";
    static final String NUMBER = "post_number";
    static final String POSTED_AT = "posted_at";
    static final String EXPIRES_AT = "expires_at";
    static final String ALBUM = "album_id";
    static final String HAS = "has";
    static final String REVISION = "index_revision";
    static final String TEXT_HASH = "text_hash";
    static final String TEXT = "text";
    /** Keys of tags ({@link TagKey}). */
    static final String TAG_KEYS = "tag_keys";
    /** Key and form of each tag, separated by {@link #FORM}; for facets. */
    static final String TAG_FORMS = "tag_forms";

    static final char FORM = '\t';
    /** {@code posted_at} in UTC as yyyy-MM; for facets. */
    static final String MONTH = "month";
    /** Hashes of all terms of the words, separately for text and tags; for conditions. */
    static final String TERMS = "terms";

    static final String TAG_TERMS = "tag_terms";
    /** Hashes of adjacent words by base form; for phrases. */
    static final String NEIGHBOURS = "neighbours";

    private static final String TAGS = "tags";
    private static final String TEXT_SHORT = "text_short";
    private static final String HAS_CRAWL = "has_crawl";
    private static final String CLASSIFICATION = "classification";
    private static final String IS_MEME = "is_meme";
    /** Maximum length of a tag key, in characters. Tags are shorter; the limit protects the payload index. */
    private static final int LONGEST_TAG = 200;

    /** Fields of a {@link SearchHit}. */
    static final List<String> HIT = List.of(POSTED_AT, NUMBER, ALBUM);

    static final List<String> STATE = List.of(TENANT, REVISION, TEXT_HASH);

    /** Fields that are filtered, sorted or counted by. Without a payload index, a condition reads every point. */
    static final Map<String, PayloadSchemaType> INDEXES = Map.ofEntries(
            Map.entry(TENANT, PayloadSchemaType.Keyword),
            Map.entry(CHANNEL, PayloadSchemaType.Keyword),
            Map.entry(TAG_KEYS, PayloadSchemaType.Keyword),
            Map.entry(TAG_FORMS, PayloadSchemaType.Keyword),
            Map.entry(HAS, PayloadSchemaType.Keyword),
            Map.entry(MONTH, PayloadSchemaType.Keyword),
            Map.entry(TEXT_HASH, PayloadSchemaType.Keyword),
            Map.entry(POSTED_AT, PayloadSchemaType.Datetime),
            Map.entry(EXPIRES_AT, PayloadSchemaType.Datetime),
            Map.entry(REVISION, PayloadSchemaType.Integer),
            Map.entry(TERMS, PayloadSchemaType.Integer),
            Map.entry(TAG_TERMS, PayloadSchemaType.Integer),
            Map.entry(NEIGHBOURS, PayloadSchemaType.Integer));

    private Payload() {}

    static PointId id(UUID postId) {
        return PointIdFactory.id(postId);
    }

    static UUID id(PointId id) {
        return UUID.fromString(id.getUuid());
    }

    /**
     * @param text the terms of the post's text
     * @param vector of length 1; null for none
     */
    static PointStruct point(IndexedPoint point, PostTerms text, float[] vector, SearchWords analysis) {
        List<PostTerms.Placed> tags = PostTerms.ofTags(point.payload().tags(), analysis);
        Map<String, Vector> vectors = Sparse.of(text, tags);
        if (vector != null) {
            vectors.put(VECTOR, VectorFactory.vector(vector));
        }
        Map<String, Value> payload = payload(point.payload());
        payload.put(REVISION, value(point.indexRevision()));
        payload.put(TEXT_HASH, value(point.textHash()));
        payload.put(TEXT, value(point.text()));
        payload.put(TERMS, hashes(terms(text)));
        payload.put(
                TAG_TERMS,
                hashes(tags.stream().map(tag -> new Term(Field.TAG, tag.text())).toList()));
        payload.put(NEIGHBOURS, neighbours(point.text(), analysis));
        return PointStruct.newBuilder()
                .setId(id(point.payload().postId()))
                .setVectors(VectorsFactory.namedVectors(vectors))
                .putAllPayload(payload)
                .build();
    }

    private static Map<String, Value> payload(PostPayload post) {
        Map<String, Value> payload = new HashMap<>();
        payload.put(POST, value(post.postId().toString()));
        payload.put(TENANT, value(post.tenantId().toString()));
        payload.put(CHANNEL, value(post.channelId().toString()));
        payload.put(NUMBER, value(post.postNumber()));
        payload.put(TAGS, texts(post.tags()));
        payload.put(
                TAG_KEYS, texts(post.tags().stream().map(TagKey::of).distinct().toList()));
        payload.put(
                TAG_FORMS,
                texts(post.tags().stream()
                        .map(tag -> cut(TagKey.of(tag)) + FORM + cut(tag))
                        .distinct()
                        .toList()));
        payload.put(POSTED_AT, value(post.postedAt().toString()));
        payload.put(
                MONTH,
                value(YearMonth.from(post.postedAt().atZone(ZoneOffset.UTC)).toString()));
        if (post.expiresAt() != null) {
            payload.put(EXPIRES_AT, value(post.expiresAt().toString()));
        }
        if (post.albumId() != null) {
            payload.put(ALBUM, value(post.albumId()));
        }
        payload.put(TEXT_SHORT, value(post.textShort()));
        payload.put(HAS_CRAWL, value(post.hasCrawl()));
        if (post.classification() != null) {
            payload.put(CLASSIFICATION, value(post.classification()));
        }
        payload.put(IS_MEME, value(post.isMeme()));
        payload.put(HAS, texts(post.has()));
        return payload;
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(text.length(), LONGEST_TAG));
    }

    private static List<Term> terms(PostTerms text) {
        List<Term> terms = new ArrayList<>();
        text.stems().forEach(stem -> terms.add(new Term(Field.STEM, stem.text())));
        text.bases().forEach(base -> terms.add(new Term(Field.LEMMA, base.text())));
        text.prefixes().forEach(prefix -> terms.add(new Term(Field.PREFIX, prefix)));
        text.roots().forEach(root -> terms.add(new Term(Field.ROOT, root)));
        return terms;
    }

    private static Value hashes(Collection<Term> terms) {
        return numbers(terms.stream().map(Sparse::hash).toList());
    }

    private static Value numbers(Collection<Long> numbers) {
        return list(new TreeSet<>(numbers).stream().map(number -> value(number)).toList());
    }

    private static Value texts(Collection<String> texts) {
        return list(texts.stream().map(text -> value(text)).toList());
    }

    private static Value neighbours(String text, SearchWords analysis) {
        Set<Long> pairs = new HashSet<>();
        List<Word> words =
                analysis.of(text).stream().filter(word -> !word.joined()).toList();
        for (int i = 1; i < words.size(); i++) {
            if (words.get(i).position() == words.get(i - 1).position() + 1) {
                pairs.addAll(neighbours(words.get(i - 1), words.get(i), analysis));
            }
        }
        return numbers(pairs);
    }

    /** Returns numbers of which a payload contains at least one if the first word directly precedes the second one, in any form. */
    static List<Long> neighbours(Word first, Word second, SearchWords analysis) {
        List<Long> pairs = new ArrayList<>();
        for (Term one : QueryPlan.bases(analysis, first.text())) {
            for (Term other : QueryPlan.bases(analysis, second.text())) {
                pairs.add(Sparse.hash(new Term(Field.LEMMA, one.text() + ' ' + other.text())));
            }
        }
        return pairs;
    }

    static SearchHit hit(PointId id, Map<String, Value> payload, double score) {
        return new SearchHit(
                id(id),
                score,
                Instant.parse(payload.get(POSTED_AT).getStringValue()),
                payload.get(NUMBER).getIntegerValue(),
                album(payload));
    }

    private static Long album(Map<String, Value> payload) {
        return payload.containsKey(ALBUM) ? payload.get(ALBUM).getIntegerValue() : null;
    }

    static StoredPoint state(Map<String, Value> payload) {
        return new StoredPoint(
                payload.get(REVISION).getIntegerValue(), payload.get(TEXT_HASH).getStringValue());
    }

    static IndexedPost post(Map<String, Value> payload) {
        PostPayload post = new PostPayload(
                UUID.fromString(payload.get(POST).getStringValue()),
                UUID.fromString(payload.get(TENANT).getStringValue()),
                UUID.fromString(payload.get(CHANNEL).getStringValue()),
                payload.get(NUMBER).getIntegerValue(),
                texts(payload, TAGS),
                Instant.parse(payload.get(POSTED_AT).getStringValue()),
                optional(payload, EXPIRES_AT, value -> Instant.parse(value.getStringValue())),
                album(payload),
                payload.get(TEXT_SHORT).getStringValue(),
                payload.get(HAS_CRAWL).getBoolValue(),
                optional(payload, CLASSIFICATION, Value::getStringValue),
                payload.get(IS_MEME).getBoolValue(),
                Set.copyOf(texts(payload, HAS)));
        return new IndexedPost(post, payload.get(TEXT).getStringValue());
    }

    private static <T> T optional(Map<String, Value> payload, String name, Function<Value, T> read) {
        return payload.containsKey(name) ? read.apply(payload.get(name)) : null;
    }

    private static List<String> texts(Map<String, Value> payload, String name) {
        return payload.get(name).getListValue().getValuesList().stream()
                .map(Value::getStringValue)
                .toList();
    }
}
