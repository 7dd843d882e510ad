package routes.vectorindex.lucene;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import routes.text.NormalizedText;
import routes.text.TagKey;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.IndexedPost;
import routes.vectorindex.VectorIndex.PayloadUpdate;
import routes.vectorindex.VectorIndex.PostPayload;
import routes.vectorindex.VectorIndex.SearchHit;
import routes.vectorindex.VectorIndex.SearchQuery;
import routes.vectorindex.VectorIndex.StoredPoint;

/** A post as a Lucene document: field names, conversion in both directions, and queries. */
final class PointDocument {
    static final String KEY = "key";
    static final String VECTOR = "vector";
    /** The data of a {@link SearchHit}, read much faster than the payload; an older index does not have it. */
    static final String HIT = "hit";

    private static final String TENANT = "tenant_id";
    private static final String CHANNEL = "channel_id";
    private static final String TAG = "tag";
    private static final String HAS = "has";
    private static final String POSTED_AT = "posted_at";
    private static final String TEXT = "text";
    private static final String TAGS_TEXT = "tags_text";
    private static final String REVISION = "index_revision";
    private static final String TEXT_HASH = "text_hash";
    private static final String PAYLOAD = "payload";
    private static final int HIT_BYTES = 5 * Long.BYTES;
    /** A tag names the subject of a post; a word of the text only occurs in it. */
    private static final float TAG_BOOST = 2;

    private static final int MAX_TERMS = 64;
    private static final double TOLERANCE = 1e-3; // rounding errors of providers that deliver unit vectors
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES) // an index written by a newer version
            .build();

    private PointDocument() {}

    /** The tenant is part of the key: no tenant can access a post of another one, whatever id it passes. */
    static String key(UUID tenantId, UUID postId) {
        return tenantId + "/" + postId;
    }

    static String key(PostPayload payload) {
        return key(payload.tenantId(), payload.postId());
    }

    static Document of(IndexedPoint point) {
        PostPayload payload = point.payload();
        Document document = new Document();
        document.add(new StringField(KEY, key(payload), Field.Store.NO));
        document.add(new StringField(TENANT, payload.tenantId().toString(), Field.Store.NO));
        document.add(new StringField(CHANNEL, payload.channelId().toString(), Field.Store.NO));
        document.add(new LongPoint(POSTED_AT, payload.postedAt().toEpochMilli()));
        payload.has().forEach(feature -> document.add(new StringField(HAS, feature, Field.Store.NO)));
        for (String tag : payload.tags()) {
            document.add(new StringField(TAG, TagKey.of(tag), Field.Store.NO));
            document.add(new TextField(TAGS_TEXT, tag, Field.Store.NO));
        }
        document.add(new TextField(TEXT, point.text(), Field.Store.YES));
        document.add(new StoredField(PAYLOAD, json(payload)));
        document.add(new BinaryDocValuesField(HIT, hit(payload)));
        document.add(new NumericDocValuesField(REVISION, point.indexRevision()));
        document.add(new BinaryDocValuesField(TEXT_HASH, new BytesRef(point.textHash())));
        unitVector(point.vector())
                .ifPresent(vector ->
                        document.add(new KnnFloatVectorField(VECTOR, vector, VectorSimilarityFunction.DOT_PRODUCT)));
        return document;
    }

    /**
     * The vector scaled to length 1; empty for no vector or the zero vector. The dot product of such vectors, which Lucene computes
     * fastest, is the cosine.
     *
     * @throws IllegalArgumentException if a component is not a finite number
     */
    static Optional<float[]> unitVector(float[] vector) {
        double squares = 0;
        for (int i = 0; vector != null && i < vector.length; i++) {
            squares += (double) vector[i] * vector[i];
        }
        if (!Double.isFinite(squares)) {
            throw new IllegalArgumentException(
                    "The embedding provider made a vector with a component that is no number");
        }
        if (squares == 0) {
            return Optional.empty();
        }
        if (Math.abs(squares - 1) < TOLERANCE) {
            return Optional.of(vector);
        }
        float[] unit = new float[vector.length];
        for (int i = 0; i < vector.length; i++) {
            unit[i] = (float) (vector[i] / Math.sqrt(squares));
        }
        return Optional.of(unit);
    }

    private static BytesRef hit(PostPayload payload) {
        ByteBuffer bytes = ByteBuffer.allocate(HIT_BYTES)
                .putLong(payload.postId().getMostSignificantBits())
                .putLong(payload.postId().getLeastSignificantBits())
                .putLong(payload.postedAt().toEpochMilli())
                .putLong(payload.postNumber());
        if (payload.albumId() != null) {
            bytes.putLong(payload.albumId());
        }
        return new BytesRef(bytes.array(), 0, bytes.position());
    }

    static SearchHit hit(IndexSearcher searcher, int doc, double score) throws IOException {
        List<LeafReaderContext> leaves = searcher.getLeafContexts();
        LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
        BinaryDocValues hits = leaf.reader().getBinaryDocValues(HIT);
        if (hits == null || !hits.advanceExact(doc - leaf.docBase)) {
            PostPayload payload = payload(searcher.storedFields().document(doc));
            return new SearchHit(payload.postId(), score, payload.postedAt(), payload.postNumber(), payload.albumId());
        }
        BytesRef value = hits.binaryValue();
        ByteBuffer bytes = ByteBuffer.wrap(value.bytes, value.offset, value.length);
        return new SearchHit(
                new UUID(bytes.getLong(), bytes.getLong()),
                score,
                Instant.ofEpochMilli(bytes.getLong()),
                bytes.getLong(),
                bytes.hasRemaining() ? bytes.getLong() : null);
    }

    private static PostPayload payload(Document stored) {
        try {
            return JSON.readValue(stored.get(PAYLOAD), PostPayload.class);
        } catch (IOException e) {
            throw new UncheckedIOException("A payload in the index cannot be read; start once with --reindex", e);
        }
    }

    private static String json(PostPayload payload) {
        try {
            return JSON.writeValueAsString(payload);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("The payload of post " + payload.postId() + " is no JSON", e);
        }
    }

    /** Revision and text hash of those posts that are stored, by key. */
    static Map<String, StoredPoint> states(IndexSearcher searcher, Collection<String> keys) throws IOException {
        return read(searcher, keys, (reader, doc, key) -> {
            NumericDocValues revision = reader.getNumericDocValues(REVISION);
            BinaryDocValues textHash = reader.getBinaryDocValues(TEXT_HASH);
            if (!revision.advanceExact(doc) || !textHash.advanceExact(doc)) {
                throw new IOException("a post without revision; start once with --reindex to build the index again");
            }
            return new StoredPoint(revision.longValue(), textHash.binaryValue().utf8ToString());
        });
    }

    /** Payload and text of those posts that are stored, by key. */
    static Map<String, IndexedPost> posts(IndexSearcher searcher, Collection<String> keys) throws IOException {
        return read(searcher, keys, (reader, doc, key) -> {
            Document stored = reader.storedFields().document(doc);
            return new IndexedPost(payload(stored), stored.get(TEXT));
        });
    }

    /** The stored texts and vectors of the posts, with the new payloads. The posts must exist. */
    static Collection<IndexedPoint> updated(IndexSearcher searcher, Map<String, PayloadUpdate> updates)
            throws IOException {
        return read(searcher, updates.keySet(), (reader, doc, key) -> {
                    PayloadUpdate update = updates.get(key);
                    FloatVectorValues vectors = reader.getFloatVectorValues(VECTOR);
                    boolean hasVector = vectors != null && vectors.advance(doc) == doc;
                    float[] vector = hasVector ? vectors.vectorValue().clone() : new float[0];
                    String text =
                            reader.storedFields().document(doc, Set.of(TEXT)).get(TEXT);
                    return new IndexedPoint(update.payload(), vector, text, update.indexRevision(), update.textHash());
                })
                .values();
    }

    private interface StoredPost<T> {
        T read(LeafReader reader, int doc, String key) throws IOException;
    }

    /** Reads those posts that are stored, by key, in one pass over the segments. */
    private static <T> Map<String, T> read(IndexSearcher searcher, Collection<String> keys, StoredPost<T> post)
            throws IOException {
        Map<String, T> found = new HashMap<>();
        for (LeafReaderContext leaf : searcher.getLeafContexts()) {
            LeafReader reader = leaf.reader();
            Terms terms = reader.terms(KEY);
            if (terms == null) {
                continue;
            }
            Bits live = reader.getLiveDocs();
            TermsEnum stored = terms.iterator();
            for (String key : keys) {
                if (stored.seekExact(new BytesRef(key))) {
                    PostingsEnum docs = stored.postings(null, PostingsEnum.NONE);
                    for (int doc = docs.nextDoc(); doc != PostingsEnum.NO_MORE_DOCS; doc = docs.nextDoc()) {
                        if (live == null || live.get(doc)) {
                            found.put(key, post.read(reader, doc, key));
                        }
                    }
                }
            }
        }
        return found;
    }

    /** The posts that match the query's filters. */
    static Query within(SearchQuery query, Query posts) {
        return new BooleanQuery.Builder()
                .add(posts, Occur.MUST)
                .add(filter(query), Occur.FILTER)
                .build();
    }

    /** The filters that every hit must match. */
    static Query filter(SearchQuery query) {
        BooleanQuery.Builder filter = new BooleanQuery.Builder()
                .add(new TermQuery(new Term(TENANT, query.tenantId().toString())), Occur.FILTER)
                .add(anyOf(CHANNEL, query.channelIds(), Object::toString), Occur.FILTER);
        if (!query.tags().isEmpty()) {
            // the form itself too: an older index contains no keys
            List<String> keys = query.tags().stream()
                    .flatMap(tag -> Stream.of(TagKey.of(tag), NormalizedText.of(tag)))
                    .toList();
            filter.add(anyOf(TAG, keys, key -> key), Occur.FILTER);
        }
        query.has().forEach(feature -> filter.add(new TermQuery(new Term(HAS, feature)), Occur.FILTER));
        if (query.from() != null || query.to() != null) {
            long from = query.from() == null ? Long.MIN_VALUE : query.from().toEpochMilli();
            long to = query.to() == null ? Long.MAX_VALUE : query.to().toEpochMilli() - 1;
            filter.add(LongPoint.newRangeQuery(POSTED_AT, from, to), Occur.FILTER);
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
            query.add(new TermQuery(new Term(TEXT, term)), Occur.SHOULD);
            query.add(new BoostQuery(new TermQuery(new Term(TAGS_TEXT, term)), TAG_BOOST), Occur.SHOULD);
        }
        return terms.isEmpty() ? Optional.empty() : Optional.of(query.build());
    }

    private static Set<String> terms(Analyzer analyzer, String text) {
        Set<String> terms = new LinkedHashSet<>();
        try (TokenStream words = analyzer.tokenStream(TEXT, text)) {
            CharTermAttribute word = words.addAttribute(CharTermAttribute.class);
            words.reset();
            while (terms.size() < MAX_TERMS && words.incrementToken()) {
                terms.add(word.toString());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("A text in memory cannot be read", e);
        }
        return terms;
    }
}
