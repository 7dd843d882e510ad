package routes.indexing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import routes.embeddings.EmbeddingProvider;
import routes.events.Sha256;
import routes.vectorindex.IndexedPoint;
import routes.vectorindex.PayloadUpdate;
import routes.vectorindex.PostPayload;
import routes.vectorindex.StoredPoint;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.WriteResult;

/** Writes posts to the vector index; embeds a text only if it has changed. */
@Component
class VectorStage {
    private static final int SHORT_TEXT = 300;

    /** The desired state of a post; a blank text removes it from the index. */
    record Wanted(PostContent post, List<String> tags, String text) {}

    /**
     * @param hash of everything that the index stores about the post now; null if it stores nothing
     * @param revision higher than any revision of the post in the database and the index
     */
    record Written(String hash, boolean changed, long revision) {}

    /** The results of all posts, and the milliseconds that embedding and writing took. */
    record Batch(Map<UUID, Written> posts, int embeddingMs, int writeMs) {}

    private final VectorIndex index;
    private final EmbeddingProvider embeddings;
    private final IndexingMetrics metrics;

    VectorStage(VectorIndex index, EmbeddingProvider embeddings, IndexingMetrics metrics) {
        this.index = index;
        this.embeddings = embeddings;
        this.metrics = metrics;
    }

    /** Uses one call of the embedding provider, and one call of the index for each kind of change. */
    Batch write(Collection<Wanted> wanted) {
        long started = System.nanoTime();
        Map<UUID, StoredPoint> stored = stored(wanted);
        Map<UUID, Written> written = new HashMap<>();
        List<PostContent> removed = new ArrayList<>();
        Map<UUID, Wanted> embedded = new HashMap<>();
        List<PayloadUpdate> updates = new ArrayList<>();
        Map<UUID, String> textHashes = new HashMap<>();
        for (Wanted post : wanted) {
            PostContent content = post.post();
            StoredPoint known = stored.get(content.postId());
            long revision = Math.max(known == null ? 0 : known.indexRevision(), content.revision()) + 1;
            if (post.text().isBlank()) {
                written.put(content.postId(), new Written(null, known != null, revision));
                if (known != null) {
                    removed.add(content);
                }
                continue;
            }
            String textHash = Sha256.hex(String.join("\n", embeddings.provider(), embeddings.model(), post.text()));
            PostPayload payload = payload(content, post.tags(), post.text());
            String hash = Sha256.hex(textHash + "\n" + payload);
            boolean sameText = known != null && known.textHash().equals(textHash);
            boolean same = sameText && hash.equals(content.state().vector());
            written.put(content.postId(), new Written(hash, !same, revision));
            textHashes.put(content.postId(), textHash);
            if (!sameText) {
                embedded.put(content.postId(), post);
            } else if (!same) {
                updates.add(new PayloadUpdate(payload, revision, textHash));
            }
        }
        removed.stream()
                .collect(Collectors.groupingBy(
                        PostContent::tenantId, Collectors.mapping(PostContent::postId, Collectors.toList())))
                .forEach(index::delete);
        for (UUID postId : update(updates)) {
            wanted.stream()
                    .filter(post -> post.post().postId().equals(postId))
                    .forEach(post -> embedded.put(postId, post));
        }
        int embeddingMs = embed(embedded.values(), written, textHashes);
        return new Batch(written, embeddingMs, millisSince(started) - embeddingMs);
    }

    private Map<UUID, StoredPoint> stored(Collection<Wanted> wanted) {
        Map<UUID, StoredPoint> stored = new HashMap<>();
        wanted.stream()
                .map(Wanted::post)
                .collect(Collectors.groupingBy(
                        PostContent::tenantId, Collectors.mapping(PostContent::postId, Collectors.toList())))
                .forEach((tenantId, postIds) -> stored.putAll(index.find(tenantId, postIds)));
        return stored;
    }

    /** Returns the posts that must be embedded after all. */
    private List<UUID> update(List<PayloadUpdate> updates) {
        List<UUID> differ = new ArrayList<>();
        if (!updates.isEmpty()) {
            List<WriteResult> results = index.updatePayloads(updates);
            for (int i = 0; i < updates.size(); i++) {
                if (results.get(i) == WriteResult.TEXT_DIFFERS) {
                    differ.add(updates.get(i).payload().postId());
                }
            }
        }
        return differ;
    }

    /** Returns the embedding time in milliseconds. */
    private int embed(Collection<Wanted> posts, Map<UUID, Written> written, Map<UUID, String> textHashes) {
        if (posts.isEmpty()) {
            return 0;
        }
        long started = System.nanoTime();
        List<float[]> vectors = metrics.embedding()
                .record(() -> embeddings.embed(posts.stream().map(Wanted::text).toList()));
        int embeddingMs = millisSince(started);
        List<IndexedPoint> points = new ArrayList<>();
        for (Wanted post : posts) {
            UUID postId = post.post().postId();
            points.add(new IndexedPoint(
                    payload(post.post(), post.tags(), post.text()),
                    vectors.get(points.size()),
                    post.text(),
                    written.get(postId).revision(),
                    textHashes.get(postId)));
        }
        index.upsertAll(points);
        return embeddingMs;
    }

    void remove(UUID tenantId, List<UUID> postIds) {
        index.delete(tenantId, postIds);
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
