package routes.indexing;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
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
import routes.events.StageOutcome;
import routes.events.TagSetVersion;
import routes.posts.PostNotThereYetException;

/**
 * The work of the indexing stage. Events are triggers: the indexed content is composed from the newest state, under a lock of the
 * post, so that a slow or repeated event never restores older content.
 */
@Component("indexing")
public class Indexing {
    private static final String COLLECTION = "telegram_posts";
    private static final String NO_CONTENT = "no_content";
    private static final String DELETED = "deleted";
    private static final int TIMEOUT_SECONDS = 60;

    private record Tags(List<String> names, TagSetVersion version, String visionVersion) {}

    /**
     * What an event requests.
     *
     * @param tenantId null for any tenant
     * @param tags null if the event carries no tag information
     */
    private record Wanted(UUID tenantId, UUID postId, String traceId, Tags tags) {}

    /** {@code graphFailure}: why the graph is not up to date although the vector index is. */
    private record Written(List<Recorded> answers, List<Boolean> changed, RuntimeException graphFailure) {}

    private final PostContents contents;
    private final VectorStage vectorStage;
    private final GraphStage graph;
    private final EmbeddingProvider embeddings;
    private final IndexingMetrics metrics;
    private final TransactionTemplate transaction;
    private final Clock clock;

    Indexing(
            PostContents contents,
            VectorStage vectors,
            GraphStage graph,
            EmbeddingProvider embeddings,
            IndexingMetrics metrics,
            PlatformTransactionManager transactions,
            Clock clock) {
        this.contents = contents;
        this.vectorStage = vectors;
        this.graph = graph;
        this.embeddings = embeddings;
        this.metrics = metrics;
        this.transaction = new TransactionTemplate(transactions);
        this.transaction.setTimeout(TIMEOUT_SECONDS);
        this.clock = clock;
    }

    /**
     * Writes what has changed, in one transaction. An event is answered even if nothing has changed: a process may have indexed the
     * entry and died before it could answer. The key is the same in that case.
     *
     * @return an answer for each event; the reason if there is nothing to index, which is also stored in the row; a failure
     *     while the post is not stored
     */
    public List<Recorded> index(List<PostEnriched> events) {
        return indexAll(events.stream()
                .map(event -> new Wanted(event.tenantId(), event.postId(), event.traceId(), tags(event)))
                .toList());
    }

    /** Null for an event of an old producer, which carries no tag information. */
    private static Tags tags(PostEnriched event) {
        if (event.tagsHash() == null) {
            return null;
        }
        TagSetVersion version = TagSetVersion.of(event.contentVersion(), event.visionVersion(), event.occurredAt());
        return new Tags(event.tags(), version, event.visionVersion());
    }

    /**
     * Reindexes the members of albums from the stored state, since the summaries of the albums have changed.
     *
     * @return for each album the answers for its members
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
            written = transaction.execute(status -> write(wanted));
            if (written.graphFailure() != null) {
                throw written.graphFailure();
            }
        } catch (RuntimeException e) {
            throw failed(wanted, e);
        }
        written.changed().forEach(changed -> metrics.processed(changed ? "success" : "skipped"));
        return written.answers();
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

    private Written write(List<Wanted> wanted) {
        long started = System.nanoTime();
        List<UUID> ids = wanted.stream().map(Wanted::postId).distinct().toList();
        contents.lock(ids);
        Map<UUID, PostContent> posts = contents.find(ids);
        Map<UUID, Tags> tags = new HashMap<>();
        Map<UUID, VectorStage.Wanted> live = new LinkedHashMap<>();
        for (Wanted post : wanted) {
            PostContent content = content(posts, post);
            if (content != null && !content.deleted()) {
                // one after the other, as if each event had arrived alone
                tags.compute(content.postId(), (id, known) -> newest(content, known, post.tags()));
            }
        }
        tags.forEach((id, newest) ->
                live.put(id, new VectorStage.Wanted(posts.get(id), newest.names(), IndexText.of(posts.get(id)))));
        VectorStage.Batch vectors = vectorStage.write(live.values());
        GraphStage.Batch edges = graph.write(live.values());
        List<PostContent> deleted = wanted.stream()
                .map(post -> content(posts, post))
                .filter(post -> post != null && post.deleted())
                .distinct()
                .toList();
        remove(deleted);
        contents.save(Stream.concat(
                        live.keySet().stream().map(id -> row(posts.get(id), tags.get(id), vectors, edges)),
                        deleted.stream()
                                .map(post -> new PostContents.Row(
                                        post.postId(), "skipped", DELETED, IndexState.EMPTY, post.revision() + 1)))
                .toList());
        int millis = Math.toIntExact(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
        List<Recorded> answers = new ArrayList<>();
        List<Boolean> changed = new ArrayList<>();
        for (Wanted post : wanted) {
            PostContent content = content(posts, post);
            if (content == null) {
                answers.add(EntryFailure.counted(new PostNotThereYetException(post.postId())));
                continue;
            }
            VectorStage.Written vector = vectors.posts().get(post.postId());
            if (content.deleted() || vector.hash() == null) {
                answers.add(StageOutcome.skipped(content.deleted() ? DELETED : NO_CONTENT));
                changed.add(false);
            } else {
                answers.add(event(post, content, vector.hash(), vectors, edges, millis));
                changed.add(vector.changed() || edges.changed().contains(post.postId()));
            }
        }
        return new Written(answers, changed, edges.failure());
    }

    /** Null if the tenant has no such post. */
    private static PostContent content(Map<UUID, PostContent> posts, Wanted wanted) {
        PostContent content = posts.get(wanted.postId());
        return content != null
                        && (wanted.tenantId() == null || wanted.tenantId().equals(content.tenantId()))
                ? content
                : null;
    }

    private void remove(List<PostContent> deleted) {
        deleted.stream()
                .collect(Collectors.groupingBy(
                        PostContent::tenantId, Collectors.mapping(PostContent::postId, Collectors.toList())))
                .forEach((tenantId, ids) -> {
                    vectorStage.remove(tenantId, ids);
                    graph.remove(tenantId, ids);
                });
    }

    private static PostContents.Row row(
            PostContent post, Tags tags, VectorStage.Batch vectors, GraphStage.Batch edges) {
        VectorStage.Written vector = vectors.posts().get(post.postId());
        Instant occurredAt = tags.version().occurredAt();
        IndexState state = new IndexState(
                vector.hash(),
                edges.hashes().get(post.postId()),
                tags.names(),
                tags.version().contentVersion(),
                tags.visionVersion(),
                occurredAt.equals(Instant.MIN) ? null : occurredAt);
        return vector.hash() == null
                ? new PostContents.Row(post.postId(), "skipped", NO_CONTENT, state, vector.revision())
                : new PostContents.Row(post.postId(), "indexed", null, state, vector.revision());
    }

    /**
     * The newest of the stored tags, the event's tags, and those of an earlier event of the batch, or else of the last indexing.
     */
    private static Tags newest(PostContent post, Tags earlier, Tags fromEvent) {
        IndexState state = post.state();
        Tags newest = earlier != null ? earlier : new Tags(state.tags(), state.version(), state.visionVersion());
        if (fromEvent != null && replaces(fromEvent, newest)) {
            newest = fromEvent;
        }
        // also for the same version: the stored tags have passed the rules of tag persistence
        if (post.tagsVersion().compareTo(newest.version()) >= 0) {
            newest = new Tags(post.tags(), post.tagsVersion(), visionVersion(post.tagsVersion()));
        }
        return newest;
    }

    /** Only sets with a reason for the missing tags are empty. Such a set never replaces tags of the same text. */
    private static boolean replaces(Tags newer, Tags known) {
        boolean sameText = newer.version().contentVersion() == known.version().contentVersion();
        boolean keeps = newer.names().isEmpty() && !known.names().isEmpty() && sameText;
        return newer.version().isNewerThan(known.version()) && !keeps;
    }

    private static String visionVersion(TagSetVersion version) {
        var vision = version.visionVersion();
        return vision.prompt() == 0 ? null : "vision@" + vision.date() + "#p" + vision.prompt();
    }

    private PostIndexed event(
            Wanted wanted,
            PostContent post,
            String hash,
            VectorStage.Batch vectors,
            GraphStage.Batch edges,
            int millis) {
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
                .qdrantCollection(COLLECTION)
                .neo4jNodesCreated(edges.change().nodesCreated())
                .neo4jRelationshipsCreated(edges.change().relationshipsCreated())
                .indexingDurationMs(millis)
                .embeddingGenerationMs(vectors.embeddingMs())
                .qdrantIndexingMs(vectors.writeMs())
                .neo4jIndexingMs(edges.writeMs())
                .build();
    }
}
