package routes.indexing;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;
import routes.embeddings.EmbeddingProvider;
import routes.events.Sha256;
import routes.vectorindex.IndexedPoint;
import routes.vectorindex.PostPayload;
import routes.vectorindex.StoredPoint;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.WriteResult;

/** Brings a post into the vector index; the text is embedded only where it has changed. */
@Component
class VectorStage {
    private static final int SHORT_TEXT = 300;

    /**
     * @param hash        of everything that the index holds of the post now
     * @param embeddingMs 0 where the text was not embedded again
     */
    record Written(String hash, boolean changed, int embeddingMs, int writeMs) {}

    private final VectorIndex index;
    private final EmbeddingProvider embeddings;
    private final IndexingMetrics metrics;

    VectorStage(VectorIndex index, EmbeddingProvider embeddings, IndexingMetrics metrics) {
        this.index = index;
        this.embeddings = embeddings;
        this.metrics = metrics;
    }

    /** A revision above everything that the database and the index know of the post. */
    long nextRevision(PostContent post) {
        long stored = index.find(post.tenantId(), post.postId())
                .map(StoredPoint::indexRevision)
                .orElse(0L);
        return Math.max(stored, post.revision()) + 1;
    }

    Written write(PostContent post, List<String> tags, String text, long revision) {
        String textHash = Sha256.hex(String.join("\n", embeddings.provider(), embeddings.model(), text));
        PostPayload payload = payload(post, tags, text);
        String hash = Sha256.hex(textHash + "\n" + payload);
        var stored = index.find(post.tenantId(), post.postId());
        boolean sameText =
                stored.map(point -> point.textHash().equals(textHash)).orElse(false);
        if (sameText && hash.equals(post.state().vector())) {
            return new Written(hash, false, 0, 0);
        }
        long started = System.nanoTime();
        if (sameText && index.updatePayload(payload, revision, textHash) == WriteResult.WRITTEN) {
            return new Written(hash, true, 0, millisSince(started));
        }
        float[] vector =
                metrics.embedding().record(() -> embeddings.embed(List.of(text)).get(0));
        int embeddingMs = millisSince(started);
        long writing = System.nanoTime();
        index.upsert(new IndexedPoint(payload, vector, text, revision, textHash));
        return new Written(hash, true, embeddingMs, millisSince(writing));
    }

    void remove(UUID tenantId, UUID postId) {
        index.delete(tenantId, List.of(postId));
    }

    private static PostPayload payload(PostContent post, List<String> tags, String text) {
        String shortText = post.content().isBlank() ? text : post.content();
        return new PostPayload(
                post.postId(),
                post.tenantId(),
                post.channelId(),
                post.number(),
                tags,
                post.postedAt(),
                post.expiresAt(),
                post.albumId(),
                shortText.substring(0, Math.min(shortText.length(), SHORT_TEXT)),
                !post.crawl().path("urls").isEmpty(),
                post.vision().path("classification").path("type").asText(null),
                post.vision().path("is_meme").asBoolean(false));
    }

    private static int millisSince(long nanos) {
        return Math.toIntExact(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos));
    }
}
