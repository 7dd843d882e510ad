package routes.indexing;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;
import routes.embeddings.EmbeddingProvider;
import routes.events.Sha256;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.PayloadUpdate;
import routes.vectorindex.VectorIndex.PostPayload;
import routes.vectorindex.VectorIndex.StoredPoint;
import routes.vectorindex.VectorIndex.WriteResult;
import routes.vectorindex.VectorIndexUnavailableException;

/** Writes posts to the vector index; embeds a text only if it has changed. */
@Component
class VectorStage {
    private static final int SHORT_TEXT = 300;

    /** The desired state of a post; a blank text removes it from the index. */
    record Wanted(PostContent post, List<String> tags, String text) {
        UUID postId() {
            return post.postId();
        }
    }

    /**
     * @param hash of everything that the index stores about the post now; null if it stores nothing
     * @param revision higher than any revision of the post in the database and the index
     */
    record Written(String hash, boolean changed, long revision) {}

    /**
     * The results of all posts, and the milliseconds that embedding and writing took.
     *
     * @param failure why nothing is known to be written: the server of the index is unavailable; else null
     */
    record Batch(Map<UUID, Written> posts, int embeddingMs, int writeMs, VectorIndexUnavailableException failure) {}

    private final VectorIndex index;
    private final EmbeddingProvider embeddings;
    private final Timer latency;

    VectorStage(VectorIndex index, EmbeddingProvider embeddings, MeterRegistry registry) {
        this.index = index;
        this.embeddings = embeddings;
        latency = Timer.builder("embedding.latency")
                .tags("provider", embeddings.provider(), "model", embeddings.model())
                .publishPercentileHistogram()
                .register(registry);
    }

    /** {@link #written}; if the server of the index is unavailable, every post keeps the state that it had. */
    Batch write(Collection<Wanted> wanted) {
        try {
            return written(wanted);
        } catch (VectorIndexUnavailableException e) {
            Map<UUID, Written> unchanged = new HashMap<>();
            wanted.forEach(post -> unchanged.put(
                    post.postId(),
                    new Written(post.post().state().vector(), false, post.post().revision() + 1)));
            return new Batch(unchanged, 0, 0, e);
        }
    }

    /** Uses one call of the embedding provider, and one call of the index for each kind of change. */
    private Batch written(Collection<Wanted> wanted) {
        long started = System.nanoTime();
        Map<UUID, StoredPoint> stored = new HashMap<>();
        PostContent.byTenant(wanted.stream().map(Wanted::post).toList())
                .forEach((tenantId, postIds) -> stored.putAll(index.find(tenantId, postIds)));
        Map<UUID, Written> written = new HashMap<>();
        List<PostContent> removed = new ArrayList<>();
        Map<UUID, PayloadUpdate> writes = new HashMap<>();
        List<PayloadUpdate> updates = new ArrayList<>();
        Set<UUID> changedTexts = new HashSet<>();
        for (Wanted post : wanted) {
            StoredPoint known = stored.get(post.postId());
            long revision = Math.max(
                            known == null ? 0 : known.indexRevision(),
                            post.post().revision())
                    + 1;
            if (post.text().isBlank()) {
                written.put(post.postId(), new Written(null, known != null, revision));
                if (known != null) {
                    removed.add(post.post());
                }
                continue;
            }
            String textHash = Sha256.hex(String.join("\n", embeddings.provider(), embeddings.model(), post.text()));
            PayloadUpdate write = new PayloadUpdate(payload(post), revision, textHash);
            String hash = Sha256.hex(textHash + "\n" + write.payload());
            boolean sameText = known != null && known.textHash().equals(textHash);
            boolean same = sameText && hash.equals(post.post().state().vector());
            written.put(post.postId(), new Written(hash, !same, revision));
            writes.put(post.postId(), write);
            if (!sameText) {
                changedTexts.add(post.postId());
            } else if (!same) {
                updates.add(write);
            }
        }
        PostContent.byTenant(removed).forEach(index::delete);
        changedTexts.addAll(update(updates));
        int embeddingMs = embed(
                wanted.stream()
                        .filter(post -> changedTexts.contains(post.postId()))
                        .toList(),
                writes);
        return new Batch(written, embeddingMs, millisSince(started) - embeddingMs, null);
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
    private int embed(List<Wanted> posts, Map<UUID, PayloadUpdate> writes) {
        if (posts.isEmpty()) {
            return 0;
        }
        long started = System.nanoTime();
        List<float[]> vectors = latency.record(() -> embeddings.embed(
                posts.stream().map(post -> post.post().embeddedText()).toList()));
        int embeddingMs = millisSince(started);
        List<IndexedPoint> points = new ArrayList<>();
        for (Wanted post : posts) {
            PayloadUpdate write = writes.get(post.postId());
            points.add(new IndexedPoint(
                    write.payload(), vectors.get(points.size()), post.text(), write.indexRevision(), write.textHash()));
        }
        index.upsertAll(points);
        return embeddingMs;
    }

    String collection() {
        return index.collection();
    }

    void remove(UUID tenantId, List<UUID> postIds) {
        index.delete(tenantId, postIds);
    }

    private static PostPayload payload(Wanted wanted) {
        PostContent post = wanted.post();
        String shortText = post.content().isBlank() ? wanted.text() : post.content();
        return new PostPayload(
                post.postId(),
                post.tenantId(),
                post.channelId(),
                post.number(),
                wanted.tags(),
                post.postedAt(),
                post.expiresAt(),
                post.albumId(),
                shortText.substring(0, Math.min(shortText.length(), SHORT_TEXT)),
                post.data("crawl").path("urls").valueStream().anyMatch(page -> page.hasNonNull("markdown")),
                post.data("vision").path("classification").path("type").asText(null),
                post.data("vision").path("is_meme").asBoolean(false),
                Set.copyOf(post.has()));
    }

    static int millisSince(long nanos) {
        return Math.toIntExact(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos));
    }
}
