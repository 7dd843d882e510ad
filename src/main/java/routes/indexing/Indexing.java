package routes.indexing;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.embeddings.EmbeddingProvider;
import routes.events.Event;
import routes.events.EventRoutes;
import routes.events.IdempotencyKeys;
import routes.events.PostEnriched;
import routes.events.PostIndexed;
import routes.events.StageOutcome;
import routes.events.TagSetVersion;
import routes.posts.PostNotThereYetException;

/**
 * The work of the indexing stage. Events are triggers: what is indexed is composed from the newest state, under a lock of
 * the post, so that a slow or repeated event never brings older content back.
 */
@Component("indexing")
public class Indexing {
    private static final Logger LOG = LoggerFactory.getLogger(Indexing.class);
    private static final String COLLECTION = "telegram_posts";
    private static final String NO_CONTENT = "no_content";
    private static final String DELETED = "deleted";
    private static final int TIMEOUT_SECONDS = 60;

    private record Tags(List<String> names, TagSetVersion version, String visionVersion) {}

    /** {@code reason}: why there is no event. */
    private record Outcome(PostIndexed event, boolean changed, RuntimeException graphFailure, String reason) {}

    private final PostContents contents;
    private final VectorStage vectors;
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
        this.vectors = vectors;
        this.graph = graph;
        this.embeddings = embeddings;
        this.metrics = metrics;
        this.transaction = new TransactionTemplate(transactions);
        this.transaction.setTimeout(TIMEOUT_SECONDS);
        this.clock = clock;
    }

    /**
     * Writes what has changed. The event is published also where nothing has: the entry may have been indexed by a process that
     * died before it could say so. Its key is the same then.
     *
     * @param exchange told the reason where there is nothing to index
     * @return null where there is nothing to index: the reason is in the row too
     * @throws PostNotThereYetException while the post is not stored
     */
    public PostIndexed index(@Body PostEnriched event, Exchange exchange) {
        return index(event.tenantId(), event.postId(), event.traceId(), tags(event), exchange);
    }

    /** Empty for an event of an old producer, which says nothing about tags. */
    private static Optional<Tags> tags(PostEnriched event) {
        if (event.tagsHash() == null) {
            return Optional.empty();
        }
        TagSetVersion version = TagSetVersion.of(event.contentVersion(), event.visionVersion(), event.occurredAt());
        return Optional.of(new Tags(event.tags(), version, event.visionVersion()));
    }

    /** Indexes a post again from what is stored, for an album whose summary has changed. */
    public PostIndexed indexMember(
            @ExchangeProperty("tenantId") UUID tenantId,
            @ExchangeProperty("traceId") String traceId,
            @Body UUID postId,
            Exchange exchange) {
        return index(tenantId, postId, traceId, Optional.empty(), exchange);
    }

    /** Records in the post why this delivery failed, and lets it fail: a later one may still succeed. */
    public void failed(@ExchangeProperty("postId") UUID postId, @ExchangeException Exception cause) throws Exception {
        contents.failed(postId, cause.toString());
        throw cause;
    }

    private PostIndexed index(UUID tenantId, UUID postId, String traceId, Optional<Tags> fromEvent, Exchange exchange) {
        Outcome outcome = transaction.execute(status -> {
            contents.lock(postId);
            PostContent post = contents.find(tenantId, postId).orElseThrow(() -> new PostNotThereYetException(postId));
            return post.deleted() ? remove(post) : write(post, newest(post, fromEvent), traceId);
        });
        if (outcome.graphFailure() != null) {
            throw outcome.graphFailure();
        }
        metrics.processed(outcome.changed() ? "success" : "skipped");
        if (outcome.event() == null) {
            exchange.setProperty(EventRoutes.OUTCOME, StageOutcome.skipped(outcome.reason()));
        }
        return outcome.event();
    }

    /** Of what is stored, what the event brings and what was indexed last. */
    private static Tags newest(PostContent post, Optional<Tags> fromEvent) {
        IndexState state = post.state();
        Tags newest = new Tags(state.tags(), state.version(), state.visionVersion());
        if (fromEvent.isPresent() && replaces(fromEvent.get(), newest)) {
            newest = fromEvent.get();
        }
        // the same version: what is stored went through the rules of tag persistence
        if (post.tagsVersion().compareTo(newest.version()) >= 0) {
            newest = new Tags(post.tags(), post.tagsVersion(), visionVersion(post.tagsVersion()));
        }
        return newest;
    }

    /** Only sets that say why there are no tags are empty, and such a set never replaces tags of the same text. */
    private static boolean replaces(Tags newer, Tags known) {
        boolean sameText = newer.version().contentVersion() == known.version().contentVersion();
        boolean keeps = newer.names().isEmpty() && !known.names().isEmpty() && sameText;
        return newer.version().isNewerThan(known.version()) && !keeps;
    }

    private static String visionVersion(TagSetVersion version) {
        var vision = version.visionVersion();
        return vision.prompt() == 0 ? null : "vision@" + vision.date() + "#p" + vision.prompt();
    }

    private Outcome write(PostContent post, Tags tags, String traceId) {
        long started = System.nanoTime();
        String text = IndexText.of(post);
        long revision = vectors.nextRevision(post);
        VectorStage.Written vector = null;
        if (text.isBlank()) {
            vectors.remove(post.tenantId(), post.postId());
        } else {
            vector = vectors.write(post, tags.names(), text, revision);
        }
        Optional<GraphStage.Written> edges = graph.write(post, tags.names());
        RuntimeException graphFailure = edges.map(GraphStage.Written::failure).orElse(null);

        IndexState state = new IndexState(
                vector == null ? null : vector.hash(),
                graphFailure != null
                        ? null
                        : edges.map(GraphStage.Written::hash)
                                .orElse(post.state().graph()),
                tags.names(),
                tags.version().contentVersion(),
                tags.visionVersion(),
                tags.version().occurredAt().equals(Instant.MIN)
                        ? null
                        : tags.version().occurredAt());
        if (vector == null) {
            contents.skipped(post, NO_CONTENT, state, revision);
            return new Outcome(null, false, graphFailure, NO_CONTENT);
        }
        contents.indexed(post, state, revision);
        boolean changed = vector.changed() || edges.isPresent();
        return new Outcome(event(post, traceId, state, vector, edges, started), changed, graphFailure, null);
    }

    private Outcome remove(PostContent post) {
        vectors.remove(post.tenantId(), post.postId());
        graph.remove(post.tenantId(), post.postId());
        contents.skipped(post, DELETED, IndexState.EMPTY, post.revision() + 1);
        return new Outcome(null, false, null, DELETED);
    }

    private PostIndexed event(
            PostContent post,
            String traceId,
            IndexState state,
            VectorStage.Written vector,
            Optional<GraphStage.Written> edges,
            long started) {
        LOG.debug("Post {} indexed", post.postId());
        int graphMs = edges.map(GraphStage.Written::writeMs).orElse(0);
        return new PostIndexed(
                Event.SCHEMA_VERSION,
                traceId,
                clock.instant(),
                IdempotencyKeys.postIndexed(post.postId(), state.vector()),
                post.postId(),
                post.tenantId(),
                post.postId().toString(),
                embeddings.provider(),
                embeddings.dimension(),
                COLLECTION,
                edges.map(written ->
                                written.change() == null ? 0 : written.change().nodesCreated())
                        .orElse(0),
                edges.map(written ->
                                written.change() == null ? 0 : written.change().relationshipsCreated())
                        .orElse(0),
                Math.toIntExact(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started)),
                vector.embeddingMs(),
                vector.writeMs(),
                graphMs);
    }
}
