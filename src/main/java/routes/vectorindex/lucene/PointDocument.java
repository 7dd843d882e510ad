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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.SortedSetDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import routes.text.SearchWords;
import routes.text.TagKey;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.IndexedPost;
import routes.vectorindex.VectorIndex.PayloadUpdate;
import routes.vectorindex.VectorIndex.PostPayload;
import routes.vectorindex.VectorIndex.SearchHit;
import routes.vectorindex.VectorIndex.StoredPoint;
import routes.vectorindex.words.PostTerms;

/** Converts posts to Lucene documents and back. {@link PointQueries} contains the queries. */
final class PointDocument {
    static final String KEY = "key";
    static final String VECTOR = "vector";
    /** The fields of a {@link SearchHit}, which are read much faster than the payload. */
    static final String HIT = "hit";

    static final String TENANT = "tenant_id";
    static final String CHANNEL = "channel_id";
    /** Keys of tags ({@link TagKey}). */
    static final String TAG = "tag";
    /** Doc values: key and form of each tag, separated by {@link #FORM}. */
    static final String TAG_FORMS = "tag_forms";

    static final char FORM = '\t';
    static final String HAS = "has";
    static final String POSTED_AT = "posted_at";

    /** Words in the spelling of {@link SearchWords}, for finding similar words. */
    static final String WORD = "word";

    static final String STEM = "stem";
    /** Base forms with positions, for phrases. For a word that is not in the dictionary, its stem. */
    static final String LEMMA = "lemma";

    static final String PREFIX = "prefix";
    /** Doc values of {@link Letters}. */
    static final String LETTERS = "letters";

    static final String ROOT = "root";
    /** Stems and lemmas of the words of all tags. */
    static final String TAGS_TEXT = "tags_text";

    private static final String TEXT = "text";
    private static final String REVISION = "index_revision";
    private static final String TEXT_HASH = "text_hash";
    private static final String PAYLOAD = "payload";
    private static final int HIT_BYTES = 5 * Long.BYTES;
    /** Maximum length of a tag, in characters. */
    private static final int LONGEST_TAG = 200;

    private static final FieldType POSITIONS = type(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS, true);
    private static final FieldType FREQUENCIES = type(IndexOptions.DOCS_AND_FREQS, true);
    private static final FieldType OCCURRENCE = type(IndexOptions.DOCS, false);
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            // the index may have been written by a newer version
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private PointDocument() {}

    /** The tenant is part of the key, so that no tenant can access a post of another tenant by its id. */
    static String key(UUID tenantId, UUID postId) {
        return tenantId + "/" + postId;
    }

    static String key(PostPayload payload) {
        return key(payload.tenantId(), payload.postId());
    }

    static Document of(IndexedPoint point, SearchWords analysis) {
        PostPayload payload = point.payload();
        Document document = new Document();
        document.add(new StringField(KEY, key(payload), Field.Store.NO));
        document.add(new StringField(TENANT, payload.tenantId().toString(), Field.Store.NO));
        String channel = payload.channelId().toString();
        document.add(new StringField(CHANNEL, channel, Field.Store.NO));
        document.add(new SortedDocValuesField(CHANNEL, new BytesRef(channel)));
        document.add(new LongPoint(POSTED_AT, payload.postedAt().toEpochMilli()));
        document.add(new NumericDocValuesField(POSTED_AT, payload.postedAt().toEpochMilli()));
        payload.has().forEach(feature -> document.add(new StringField(HAS, feature, Field.Store.NO)));
        for (String tag : payload.tags()) {
            String key = TagKey.of(tag);
            document.add(new StringField(TAG, key, Field.Store.NO));
            document.add(new SortedSetDocValuesField(TAG_FORMS, tagForm(key, tag)));
        }
        addTags(document, payload.tags(), analysis);
        addText(document, point.text(), analysis);
        document.add(new StoredField(TEXT, point.text()));
        document.add(new StoredField(PAYLOAD, json(payload)));
        document.add(new BinaryDocValuesField(HIT, hit(payload)));
        document.add(new NumericDocValuesField(REVISION, point.indexRevision()));
        document.add(new BinaryDocValuesField(TEXT_HASH, new BytesRef(point.textHash())));
        VectorIndex.unitVector(point.vector())
                .ifPresent(vector ->
                        document.add(new KnnFloatVectorField(VECTOR, vector, VectorSimilarityFunction.DOT_PRODUCT)));
        return document;
    }

    /** Lucene limits doc values to 32 KB. */
    private static BytesRef tagForm(String key, String tag) {
        return new BytesRef(cut(key) + FORM + cut(tag));
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(text.length(), LONGEST_TAG));
    }

    private static void addText(Document document, String text, SearchWords analysis) {
        PostTerms terms = PostTerms.of(text, analysis);
        document.add(new Field(STEM, FieldTerms.placed(terms.stems()), FREQUENCIES));
        document.add(new Field(LEMMA, FieldTerms.placed(terms.bases()), POSITIONS));
        document.add(new Field(PREFIX, FieldTerms.of(terms.prefixes()), FREQUENCIES));
        document.add(new BinaryDocValuesField(LETTERS, Letters.of(terms.words())));
        document.add(new Field(WORD, FieldTerms.of(terms.vocabulary()), OCCURRENCE));
        document.add(new Field(ROOT, FieldTerms.of(terms.roots()), OCCURRENCE));
    }

    private static void addTags(Document document, List<String> tags, SearchWords analysis) {
        document.add(new Field(TAGS_TEXT, FieldTerms.placed(PostTerms.ofTags(tags, analysis)), FREQUENCIES));
    }

    private static FieldType type(IndexOptions options, boolean norms) {
        FieldType type = new FieldType();
        type.setIndexOptions(options);
        type.setTokenized(true);
        type.setOmitNorms(!norms);
        type.freeze();
        return type;
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

    static BytesRef letters(IndexSearcher searcher, int doc) throws IOException {
        return value(searcher, doc, LETTERS);
    }

    /** Returns a sample of at most {@code most} posts, distributed over the index. Deleted posts may be included. */
    static Letters.Sample sample(IndexSearcher searcher, int most) throws IOException {
        Letters.Sample sample = new Letters.Sample();
        int step = 1 + searcher.getIndexReader().maxDoc() / most;
        for (LeafReaderContext leaf : searcher.getLeafContexts()) {
            BinaryDocValues values = DocValues.getBinary(leaf.reader(), LETTERS);
            for (int doc = 0; doc < leaf.reader().maxDoc(); doc += step) {
                if (values.advanceExact(doc)) { // rejected posts have no values
                    sample.add(values.binaryValue());
                }
            }
        }
        return sample;
    }

    private static BytesRef value(IndexSearcher searcher, int doc, String field) throws IOException {
        List<LeafReaderContext> leaves = searcher.getLeafContexts();
        LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
        BinaryDocValues values = leaf.reader().getBinaryDocValues(field);
        if (values == null || !values.advanceExact(doc - leaf.docBase)) {
            throw new IOException("a post in the index lacks the field " + field + "; start once with --reindex");
        }
        return values.binaryValue();
    }

    static SearchHit hit(IndexSearcher searcher, int doc, double score) throws IOException {
        BytesRef value = value(searcher, doc, HIT);
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
            throw new UncheckedIOException(
                    "Cannot read a payload in the index; start once with --reindex to rebuild the index", e);
        }
    }

    private static String json(PostPayload payload) {
        try {
            return JSON.writeValueAsString(payload);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("The payload of post " + payload.postId() + " is not JSON", e);
        }
    }

    /** Returns revision and text hash of the stored posts, by key. */
    static Map<String, StoredPoint> states(IndexSearcher searcher, Collection<String> keys) throws IOException {
        return read(searcher, keys, (reader, doc, key) -> {
            NumericDocValues revision = reader.getNumericDocValues(REVISION);
            BinaryDocValues textHash = reader.getBinaryDocValues(TEXT_HASH);
            if (!revision.advanceExact(doc) || !textHash.advanceExact(doc)) {
                throw new IOException(
                        "a post in the index has no revision; start once with --reindex to rebuild the index");
            }
            return new StoredPoint(revision.longValue(), textHash.binaryValue().utf8ToString());
        });
    }

    /** Returns payload and text of the stored posts, by key. */
    static Map<String, IndexedPost> posts(IndexSearcher searcher, Collection<String> keys) throws IOException {
        return read(searcher, keys, (reader, doc, key) -> {
            Document stored = reader.storedFields().document(doc);
            return new IndexedPost(payload(stored), stored.get(TEXT));
        });
    }

    /** Returns the stored texts and vectors of the posts with the new payloads. The posts must exist. */
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

    /** Reads the stored posts in one pass over the segments, by key. */
    private static <T> Map<String, T> read(IndexSearcher searcher, Collection<String> keys, StoredPost<T> post)
            throws IOException {
        Map<String, T> found = new HashMap<>();
        // sorted, so that each block of the dictionary is read once
        Set<String> missing = new TreeSet<>(keys);
        for (LeafReaderContext leaf : searcher.getLeafContexts()) {
            LeafReader reader = leaf.reader();
            Terms terms = reader.terms(KEY);
            if (terms == null) {
                continue;
            }
            Bits live = reader.getLiveDocs();
            TermsEnum stored = terms.iterator();
            PostingsEnum docs = null;
            for (String key : missing) {
                if (stored.seekExact(new BytesRef(key))) {
                    docs = stored.postings(docs, PostingsEnum.NONE);
                    for (int doc = docs.nextDoc(); doc != PostingsEnum.NO_MORE_DOCS; doc = docs.nextDoc()) {
                        if (live == null || live.get(doc)) {
                            found.put(key, post.read(reader, doc, key));
                        }
                    }
                }
            }
            // a post is in exactly one segment
            missing.removeAll(found.keySet());
        }
        return found;
    }
}
