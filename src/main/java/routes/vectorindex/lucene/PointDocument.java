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
import java.util.UUID;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.BytesRef;
import routes.text.TagKey;
import routes.vectorindex.IndexedPoint;
import routes.vectorindex.IndexedPost;
import routes.vectorindex.PostPayload;
import routes.vectorindex.SearchHit;

/** A post as a Lucene document: field names and conversion in both directions. */
final class PointDocument {
    static final String KEY = "key";
    static final String TENANT = "tenant_id";
    static final String CHANNEL = "channel_id";
    static final String TAG = "tag";
    static final String POSTED_AT = "posted_at";
    static final String VECTOR = "vector";
    static final String TEXT = "text";
    static final String TAGS_TEXT = "tags_text";
    static final String REVISION = "index_revision";
    static final String TEXT_HASH = "text_hash";
    private static final String PAYLOAD = "payload";

    /** The data of a {@link SearchHit}, read much faster than the payload; an older index does not have it. */
    static final String HIT = "hit";

    private static final int HIT_BYTES = 5 * Long.BYTES;

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

    static Document of(IndexedPoint point) {
        PostPayload payload = point.payload();
        Document document = new Document();
        document.add(new StringField(KEY, key(payload.tenantId(), payload.postId()), Field.Store.NO));
        document.add(new StringField(TENANT, payload.tenantId().toString(), Field.Store.NO));
        document.add(new StringField(CHANNEL, payload.channelId().toString(), Field.Store.NO));
        document.add(new LongPoint(POSTED_AT, payload.postedAt().toEpochMilli()));
        for (String tag : payload.tags()) {
            document.add(new StringField(TAG, TagKey.of(tag), Field.Store.NO));
            document.add(new TextField(TAGS_TEXT, tag, Field.Store.NO));
        }
        document.add(new TextField(TEXT, point.text(), Field.Store.YES));
        document.add(new StoredField(PAYLOAD, json(payload)));
        document.add(new BinaryDocValuesField(HIT, hit(payload)));
        document.add(new NumericDocValuesField(REVISION, point.indexRevision()));
        document.add(new BinaryDocValuesField(TEXT_HASH, new BytesRef(point.textHash())));
        UnitVector.of(point.vector())
                .ifPresent(vector ->
                        document.add(new KnnFloatVectorField(VECTOR, vector, VectorSimilarityFunction.DOT_PRODUCT)));
        return document;
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

    static SearchHit hit(BytesRef value, double score) {
        ByteBuffer bytes = ByteBuffer.wrap(value.bytes, value.offset, value.length);
        return new SearchHit(
                new UUID(bytes.getLong(), bytes.getLong()),
                score,
                Instant.ofEpochMilli(bytes.getLong()),
                bytes.getLong(),
                bytes.hasRemaining() ? bytes.getLong() : null);
    }

    static SearchHit hit(Document stored, double score) {
        PostPayload payload = payload(stored);
        return new SearchHit(payload.postId(), score, payload.postedAt(), payload.postNumber(), payload.albumId());
    }

    static IndexedPost post(Document stored) {
        return new IndexedPost(payload(stored), stored.get(TEXT));
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
}
