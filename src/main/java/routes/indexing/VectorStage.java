package routes.indexing;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import routes.embeddings.EmbeddingProvider;
import routes.embeddings.EmbeddingsUnavailableException;
import routes.events.Sha256;
import routes.vectorindex.ReadOnlyIndex;
import routes.vectorindex.VectorIndex;
import routes.vectorindex.VectorIndex.IndexedPoint;
import routes.vectorindex.VectorIndex.PayloadUpdate;
import routes.vectorindex.VectorIndex.PostPayload;
import routes.vectorindex.VectorIndex.StoredPoint;
import routes.vectorindex.VectorIndex.WriteResult;
import routes.vectorindex.VectorIndexUnavailableException;

/** Writes posts to the vector index. A text is embedded only if it has changed. */
@Component
class VectorStage {
    private static final Logger LOG = LoggerFactory.getLogger(VectorStage.class);
    private static final int SHORT_TEXT = 300;
    private static final String NOT_EMBEDDED = "";

    /** The desired state of a post. A blank text removes it from the index. */
    record Wanted(PostContent post, List<String> tags, String text) {
        UUID postId() {
            return post.postId();
        }
    }

    /**
     * @param hash hash of everything that the index now stores about the post; null if it stores nothing
     * @param revision higher than any revision of the post in the database and the index
     * @param problem why the post has no vector yet, although its text is searchable; null if it has one
     */
    record Written(String hash, boolean changed, long revision, String problem) {}

    /**
     * Vectors computed by a model before the transaction.
     *
     * @param byText by embedded text
     * @param problem why some vectors are missing; null if none is missing
     */
    record Prepared(Map<String, float[]> byText, String problem) {
        static final Prepared NOTHING = new Prepared(Map.of(), null);
    }

    /**
     * The results of all posts, and the time of embedding and writing in milliseconds.
     *
     * @param failure the exception if the index server is unavailable, so that it is unknown what was written; otherwise null
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

    /**
     * Returns the stage for trials: the index is read but never written.
     *
     * @param left receives a description of what would be written
     */
    VectorStage rehearsal(Consumer<String> left) {
        return new VectorStage(ReadOnlyIndex.of(index, left), embeddings, new SimpleMeterRegistry());
    }

    /** Calls a remote model for the texts that are not embedded yet. A local model needs no preparation. */
    Prepared prepare(Collection<PostContent> posts) {
        List<PostContent> live = posts.stream()
                .filter(post -> !post.deleted() && !post.text().isBlank())
                .toList();
        try {
            Map<UUID, StoredPoint> stored = stored(live);
            List<String> texts = live.stream()
                    .filter(post -> {
                        StoredPoint known = stored.get(post.postId());
                        return known == null || !known.textHash().equals(textHash(post.text()));
                    })
                    .map(PostContent::embeddedText)
                    .distinct()
                    .toList();
            if (texts.isEmpty()) {
                return Prepared.NOTHING;
            }
            List<float[]> vectors = latency.record(() -> embeddings.embed(texts));
            return new Prepared(
                    IntStream.range(0, texts.size()).boxed().collect(Collectors.toMap(texts::get, vectors::get)), null);
        } catch (VectorIndexUnavailableException e) {
            return Prepared.NOTHING; // the write will fail and report the same problem
        } catch (EmbeddingsUnavailableException e) {
            LOG.warn("{} posts are indexed without vectors: {}", live.size(), e.getMessage());
            return new Prepared(Map.of(), "no vector yet: " + e.getMessage());
        }
    }

    /** Runs {@link #written}. If the index server is unavailable, every post keeps its previous state. */
    Batch write(Collection<Wanted> wanted, Prepared prepared) {
        try {
            return written(wanted, prepared);
        } catch (VectorIndexUnavailableException e) {
            Map<UUID, Written> unchanged = new HashMap<>();
            wanted.forEach(post -> unchanged.put(
                    post.postId(),
                    new Written(post.post().state().vector(), false, post.post().revision() + 1, null)));
            return new Batch(unchanged, 0, 0, e);
        }
    }

    private Map<UUID, StoredPoint> stored(Collection<PostContent> posts) {
        Map<UUID, StoredPoint> stored = new HashMap<>();
        PostContent.byTenant(posts).forEach((tenantId, postIds) -> stored.putAll(index.find(tenantId, postIds)));
        return stored;
    }

    private String textHash(String text) {
        return Sha256.hex(String.join("\n", embeddings.provider(), embeddings.model(), text));
    }

    /** Writes the posts with one call of a local embedding provider, and one call of the index for each kind of change. */
    private Batch written(Collection<Wanted> wanted, Prepared prepared) {
        long started = System.nanoTime();
        Map<UUID, StoredPoint> stored = stored(wanted.stream().map(Wanted::post).toList());
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
                written.put(post.postId(), new Written(null, known != null, revision, null));
                if (known != null) {
                    removed.add(post.post());
                }
                continue;
            }
            String textHash = textHash(post.text());
            PayloadUpdate write = new PayloadUpdate(payload(post), revision, textHash);
            String hash = Sha256.hex(textHash + "\n" + write.payload());
            boolean sameText = known != null && known.textHash().equals(textHash);
            boolean same = sameText && hash.equals(post.post().state().vector());
            written.put(post.postId(), new Written(hash, !same, revision, null));
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
                writes,
                prepared,
                written);
        return new Batch(written, embeddingMs, millisSince(started) - embeddingMs, null);
    }

    /** Returns the posts that must be embedded although their text has not changed. */
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

    /**
     * Embeds texts and returns the time in milliseconds. A post without a vector is written with a different hash, so that it is embedded
     * later.
     */
    private int embed(
            List<Wanted> posts, Map<UUID, PayloadUpdate> writes, Prepared prepared, Map<UUID, Written> written) {
        if (posts.isEmpty()) {
            return 0;
        }
        long started = System.nanoTime();
        List<String> texts =
                posts.stream().map(post -> post.post().embeddedText()).toList();
        List<float[]> vectors = embeddings.isSlow()
                ? texts.stream().map(prepared.byText()::get).toList()
                : latency.record(() -> embeddings.embed(texts));
        int embeddingMs = millisSince(started);
        List<IndexedPoint> points = new ArrayList<>();
        for (Wanted post : posts) {
            PayloadUpdate write = writes.get(post.postId());
            float[] vector = vectors.get(points.size());
            if (vector == null) {
                String problem = Objects.requireNonNullElse(
                        prepared.problem(), "no vector yet: the text was changed in the meantime");
                written.compute(post.postId(), (id, as) -> new Written(as.hash(), true, as.revision(), problem));
            }
            points.add(new IndexedPoint(
                    write.payload(),
                    vector == null ? new float[embeddings.dimension()] : vector,
                    post.text(),
                    write.indexRevision(),
                    vector == null ? NOT_EMBEDDED : write.textHash()));
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
