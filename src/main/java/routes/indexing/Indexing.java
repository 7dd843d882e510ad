package routes.indexing;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import routes.embeddings.EmbeddingProvider;
import routes.events.AlbumAssembled;
import routes.events.EntryFailure;
import routes.events.Event;
import routes.events.IdempotencyKeys;
import routes.events.PostEnriched;
import routes.events.PostIndexed;
import routes.events.PostIndexedBuilder;
import routes.events.Recorded;
import routes.events.Sha256;
import routes.events.StageOutcome;
import routes.events.TagSetVersion;
import routes.graph.Graph;
import routes.graph.Graph.GraphChange;
import routes.graph.Graph.PostGraph;
import routes.graph.GraphUnavailableException;
import routes.graph.UnwrittenGraph;
import routes.indexing.PostContent.IndexState;
import routes.indexing.PostContent.Tags;
import routes.posts.PostNotThereYetException;
import routes.vectorindex.VectorIndexUnavailableException;

/**
 * The indexing stage. Events are only triggers: the indexed content is composed from the newest state, under a lock of the post, so that a
 * slow or repeated event never restores older content.
 */
@Component("indexing")
public class Indexing {
    private static final String NO_CONTENT = "no_content";
    private static final String DELETED = "deleted";
    private static final String NO_VECTOR = "no_vector";
    private static final String WAITS = "waits: ";
    private static final int TIMEOUT_SECONDS = 60;

    /**
     * The request of an event.
     *
     * @param tenantId null for any tenant
     * @param tags null if the event contains no tag information
     */
    private record Wanted(UUID tenantId, UUID postId, String traceId, Tags tags) {}

    /**
     * @param graphFailure why the graph is not up to date although the vector index is; null if it is up to date. An unavailable server
     *     does not fail the batch: only the answers of the posts that wait for it are failures
     */
    private record Written(List<Recorded> answers, List<String> statuses, RuntimeException graphFailure) {}

    /**
     * The content of the graph after a write.
     *
     * @param hashes by post, of everything that the graph stores about it; null if the write failed
     * @param changed the posts that were written
     * @param failure null if the graph is up to date
     */
    private record Edges(
            Map<UUID, String> hashes, List<UUID> changed, GraphChange change, int writeMs, RuntimeException failure) {

        /** Returns why the post waits for the graph; null if it does not. */
        RuntimeException waits(UUID postId) {
            return failure instanceof GraphUnavailableException && changed.contains(postId) ? failure : null;
        }
    }

    private final PostContents contents;
    private final VectorStage vectorStage;
    private final Graph graph;
    private final TransactionTemplate savepoint;
    private final EmbeddingProvider embeddings;
    private final MeterRegistry registry;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Indexing(
            PostContents contents,
            VectorStage vectors,
            Graph graph,
            EmbeddingProvider embeddings,
            MeterRegistry registry,
            PlatformTransactionManager transactions,
            Clock clock) {
        this.contents = contents;
        this.vectorStage = vectors;
        this.graph = graph;
        this.embeddings = embeddings;
        this.registry = registry;
        List.of("success", "skipped", "retrying", "failed")
                .forEach(this::processed); // every series exists from the start
        this.transaction = new TransactionTemplate(transactions);
        this.transaction.setTimeout(TIMEOUT_SECONDS);
        // if the graph is in the same database, its failure must not roll back the surrounding transaction
        savepoint = new TransactionTemplate(
                transactions, new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_NESTED));
        this.clock = clock;
    }

    /**
     * Returns the stage for trials: it writes neither to the vector index nor to the graph, and calls no remote model. The caller rolls
     * back what it writes to the database.
     *
     * @param left receives a description of what would be written
     */
    public Indexing rehearsal(Consumer<String> left) {
        return new Indexing(
                contents,
                vectorStage.rehearsal(left),
                new UnwrittenGraph(left),
                embeddings,
                new SimpleMeterRegistry(),
                Objects.requireNonNull(transaction.getTransactionManager()),
                clock);
    }

    /**
     * Writes what has changed, in one transaction. An event is answered even if nothing has changed: a process may have indexed the entry
     * and died before it answered. The answer has the same idempotency key in that case.
     *
     * @return an answer for each event; if there is nothing to index, the reason, which is also stored in the row; a failure while the
     *     post is not stored
     */
    public List<Recorded> index(List<PostEnriched> events) {
        return indexAll(events.stream()
                .map(event -> new Wanted(event.tenantId(), event.postId(), event.traceId(), tags(event)))
                .toList());
    }

    /** Returns null for an event of an old producer, which contains no tag information. */
    private static Tags tags(PostEnriched event) {
        return event.tagsHash() == null
                ? null
                : new Tags(
                        event.tags(),
                        TagSetVersion.of(event.contentVersion(), event.visionVersion(), event.occurredAt()));
    }

    /**
     * Reindexes the members of albums from the stored state, because the summaries of the albums have changed.
     *
     * @return for each album, the answers for its members
     */
    public List<List<Recorded>> indexMembers(List<AlbumAssembled> albums) {
        Iterator<Recorded> answers = indexAll(albums.stream()
                        .flatMap(album -> album.postIds().stream()
                                .map(post -> new Wanted(album.tenantId(), post, album.traceId(), null)))
                        .toList())
                .iterator();
        return albums.stream()
                .map(album ->
                        album.postIds().stream().map(post -> answers.next()).toList())
                .toList();
    }

    private List<Recorded> indexAll(List<Wanted> wanted) {
        Written written;
        try {
            VectorStage.Prepared prepared = embeddings.isSlow()
                    ? vectorStage.prepare(contents.read(postIds(wanted)).values())
                    : VectorStage.Prepared.NOTHING;
            written = transaction.execute(status -> write(wanted, prepared));
            if (written.graphFailure() != null) {
                throw written.graphFailure();
            }
        } catch (RuntimeException e) {
            throw failed(wanted, e);
        }
        written.statuses().forEach(status -> processed(status).increment());
        return written.answers();
    }

    /**
     * Returns the counter of a status. Failed deliveries are counted by the stream listener, which has the information whether they are
     * retried.
     */
    private Counter processed(String status) {
        return registry.counter("indexing.processed", "status", status);
    }

    /** Stores the error in the row of a single post. A failed batch is processed again post by post. */
    private RuntimeException failed(List<Wanted> wanted, RuntimeException cause) {
        if (wanted.size() == 1) {
            try {
                contents.failed(wanted.get(0).postId(), cause.toString());
            } catch (DataAccessException e) {
                cause.addSuppressed(e);
            }
        }
        return cause;
    }

    private static List<UUID> postIds(List<Wanted> wanted) {
        return wanted.stream().map(Wanted::postId).distinct().toList();
    }

    private Written write(List<Wanted> wanted, VectorStage.Prepared prepared) {
        long started = System.nanoTime();
        Map<UUID, PostContent> posts = contents.lock(postIds(wanted));
        Map<UUID, Tags> tags = new HashMap<>();
        Map<UUID, VectorStage.Wanted> live = new LinkedHashMap<>();
        for (Wanted post : wanted) {
            PostContent content = content(posts, post);
            if (content != null && !content.deleted()) {
                // one after the other, as if each event had arrived separately
                tags.compute(content.postId(), (id, known) -> newest(content, known, post.tags()));
            }
        }
        tags.forEach((id, newest) -> live.put(
                id,
                new VectorStage.Wanted(
                        posts.get(id), newest.names(), posts.get(id).text())));
        VectorStage.Batch vectors = vectorStage.write(live.values(), prepared);
        Edges edges = writeGraph(live.values(), vectors);
        List<PostContent> deleted = wanted.stream()
                .map(post -> content(posts, post))
                .filter(post -> post != null && post.deleted())
                .distinct()
                .toList();
        Map<UUID, RuntimeException> left = remove(deleted);
        contents.save(Stream.concat(
                        live.keySet().stream().map(id -> row(posts.get(id), tags.get(id), vectors, edges)),
                        deleted.stream()
                                .filter(post -> !left.containsKey(post.postId()))
                                .map(post -> new PostContents.Row(
                                        post.postId(), "skipped", DELETED, IndexState.EMPTY, post.revision() + 1)))
                .toList());
        int millis = VectorStage.millisSince(started);
        List<Recorded> answers = new ArrayList<>();
        List<String> statuses = new ArrayList<>();
        for (Wanted post : wanted) {
            PostContent content = content(posts, post);
            if (content == null) {
                answers.add(EntryFailure.counted(new PostNotThereYetException(post.postId())));
                continue;
            }
            RuntimeException waits = content.deleted() ? left.get(post.postId()) : waits(post.postId(), vectors, edges);
            if (waits != null) {
                answers.add(new EntryFailure(waits, EntryFailure.Kind.UNCOUNTED));
                continue;
            }
            VectorStage.Written vector = vectors.posts().get(post.postId());
            if (content.deleted() || vector.hash() == null) {
                answers.add(StageOutcome.skipped(content.deleted() ? DELETED : NO_CONTENT));
                statuses.add("skipped");
            } else if (vector.problem() != null) {
                answers.add(StageOutcome.skipped(NO_VECTOR));
                statuses.add("retrying");
            } else {
                answers.add(event(post, content, vector.hash(), vectors, edges, millis));
                boolean changed = vector.changed() || edges.changed().contains(post.postId());
                statuses.add(changed ? "success" : "skipped");
            }
        }
        return new Written(
                answers, statuses, edges.failure() instanceof GraphUnavailableException ? null : edges.failure());
    }

    /** Returns why the post waits for an unavailable store, while the other store is updated; null if it does not wait. */
    private static RuntimeException waits(UUID postId, VectorStage.Batch vectors, Edges edges) {
        return vectors.failure() != null ? vectors.failure() : edges.waits(postId);
    }

    /** Returns the posts that are still in the index or the graph because the server is unavailable. */
    private Map<UUID, RuntimeException> remove(List<PostContent> deleted) {
        Map<UUID, RuntimeException> left = new HashMap<>();
        PostContent.byTenant(deleted).forEach((tenantId, postIds) -> {
            for (Runnable removal : List.<Runnable>of(
                    () -> vectorStage.remove(tenantId, postIds), () -> graph.remove(tenantId, postIds))) {
                try {
                    removal.run();
                } catch (GraphUnavailableException | VectorIndexUnavailableException e) {
                    postIds.forEach(id -> left.put(id, e));
                }
            }
        });
        return left;
    }

    /** Writes the posts that differ from the graph. A failure does not undo the writes to the vector index. */
    private Edges writeGraph(Collection<VectorStage.Wanted> posts, VectorStage.Batch vectors) {
        Map<UUID, String> hashes = new HashMap<>();
        List<PostGraph> changed = new ArrayList<>();
        for (VectorStage.Wanted tagged : posts) {
            PostContent post = tagged.post();
            PostGraph wanted = new PostGraph(
                    post.tenantId(),
                    post.postId(),
                    post.channelId(),
                    tagged.tags(),
                    post.urls(),
                    post.images(),
                    post.albumId(),
                    post.albumPosition(),
                    post.forwardedFrom(),
                    post.replyTo(),
                    0);
            String hash = Sha256.hex(wanted.toString());
            hashes.put(post.postId(), hash);
            if (!hash.equals(post.state().graph())) {
                changed.add(wanted.at(vectors.posts().get(post.postId()).revision()));
            }
        }
        List<UUID> ids = changed.stream().map(PostGraph::postId).toList();
        if (changed.isEmpty()) {
            return new Edges(hashes, ids, new GraphChange(0, 0), 0, null);
        }
        long started = System.nanoTime();
        try {
            GraphChange change = savepoint.execute(status -> graph.apply(changed));
            return new Edges(hashes, ids, change, VectorStage.millisSince(started), null);
        } catch (RuntimeException e) {
            ids.forEach(id -> hashes.put(id, null));
            return new Edges(hashes, ids, new GraphChange(0, 0), 0, e);
        }
    }

    /** Returns null if the tenant has no such post. */
    private static PostContent content(Map<UUID, PostContent> posts, Wanted wanted) {
        PostContent content = posts.get(wanted.postId());
        return content != null
                        && (wanted.tenantId() == null || wanted.tenantId().equals(content.tenantId()))
                ? content
                : null;
    }

    private static PostContents.Row row(PostContent post, Tags tags, VectorStage.Batch vectors, Edges edges) {
        VectorStage.Written vector = vectors.posts().get(post.postId());
        IndexState state = IndexState.of(vector.hash(), edges.hashes().get(post.postId()), tags);
        RuntimeException waits = waits(post.postId(), vectors, edges);
        if (waits != null) {
            return new PostContents.Row(post.postId(), "pending", WAITS + waits.getMessage(), state, vector.revision());
        }
        if (vector.problem() != null) {
            // the reconciler publishes the event of the post again
            return new PostContents.Row(post.postId(), "pending", vector.problem(), state, vector.revision());
        }
        return vector.hash() == null
                ? new PostContents.Row(post.postId(), "skipped", NO_CONTENT, state, vector.revision())
                : new PostContents.Row(post.postId(), "indexed", null, state, vector.revision());
    }

    /**
     * Returns the newest of: the stored tags, the event's tags, and the tags of an earlier event of the batch or, without one, of the last
     * indexing.
     */
    private static Tags newest(PostContent post, Tags earlier, Tags fromEvent) {
        Tags newest = earlier != null ? earlier : post.state().known();
        if (fromEvent != null && fromEvent.replaces(newest)) {
            newest = fromEvent;
        }
        // preferred also if the version is the same: the stored tags have passed the rules of tag persistence
        Tags stored = post.tags();
        return stored.version().compareTo(newest.version()) >= 0 ? stored : newest;
    }

    private PostIndexed event(
            Wanted wanted, PostContent post, String hash, VectorStage.Batch vectors, Edges edges, int millis) {
        return PostIndexedBuilder.builder()
                .schemaVersion(Event.SCHEMA_VERSION)
                .traceId(wanted.traceId())
                .occurredAt(clock.instant())
                .idempotencyKey(IdempotencyKeys.postIndexed(post.postId(), hash))
                .postId(post.postId())
                .tenantId(post.tenantId())
                .vectorId(post.postId().toString())
                .embeddingProvider(embeddings.provider())
                .embeddingDim(embeddings.dimension())
                .qdrantCollection(vectorStage.collection())
                .neo4jNodesCreated(edges.change().nodesCreated())
                .neo4jRelationshipsCreated(edges.change().relationshipsCreated())
                .indexingDurationMs(millis)
                .embeddingGenerationMs(vectors.embeddingMs())
                .qdrantIndexingMs(vectors.writeMs())
                .neo4jIndexingMs(edges.writeMs())
                .build();
    }
}
