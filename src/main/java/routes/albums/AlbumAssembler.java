package routes.albums;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.albums.AlbumState.Update;
import routes.albums.AlbumStore.Album;
import routes.albums.AlbumStore.Assembly;
import routes.albums.AlbumStore.Key;
import routes.albums.AlbumStore.StoredPost;
import routes.events.AlbumAssembled;
import routes.events.AlbumAssembledBuilder;
import routes.events.AlbumParsed;
import routes.events.EntryFailure;
import routes.events.Event;
import routes.events.IdempotencyKeys;
import routes.events.Recorded;
import routes.events.Sha256;
import routes.events.StageOutcome;
import routes.events.VisionAnalyzed;
import routes.objectstore.ObjectKeys;
import routes.objectstore.ObjectStore;
import routes.objectstore.UnwrittenObjects;
import routes.outbox.Outbox;
import routes.posts.PostNotThereYetException;

/**
 * The stage {@code album-assembler}. Assembles an album from the results of its members when all members are analysed or skipped, or when
 * its deadline has passed; again when a member joins, changes or is analysed again. The summary and its event are written in one
 * transaction, and a repeated assembly writes nothing.
 */
@Component("albumAssembler")
public class AlbumAssembler {
    private static final String METRIC = "albums.assembled";
    private static final int TIMEOUT_SECONDS = 20;
    /** Maximum number of stored results, including members that left the album or are not announced yet. Telegram allows 10 members. */
    private static final int MAX_MEMBERS = 100;

    private final AlbumStore store;
    private final AlbumStates states;
    private final AlbumProperties properties;
    private final ObjectStore objects;
    private final Outbox outbox;
    private final TransactionTemplate transaction;
    private final MeterRegistry metrics;
    private final Timer lag;
    private final Clock clock;

    AlbumAssembler(
            AlbumStore store,
            AlbumStates states,
            AlbumProperties properties,
            ObjectStore objects,
            Outbox outbox,
            PlatformTransactionManager transactions,
            MeterRegistry metrics,
            Clock clock) {
        this.store = store;
        this.states = states;
        this.properties = properties;
        this.objects = objects;
        this.outbox = outbox;
        this.transaction = new TransactionTemplate(transactions);
        this.transaction.setTimeout(TIMEOUT_SECONDS);
        this.metrics = metrics;
        this.clock = clock;
        Stream.of("success", "skipped", "retrying", "failed")
                .forEach(status -> metrics.counter(METRIC, "status", status));
        lag = metrics.timer("album.assembly.lag");
    }

    /**
     * Returns the stage for trials: it stores no object. The caller rolls back what it writes to the database.
     *
     * @param waiting states of the trial; see {@link AlbumStates#rehearsal}
     * @param left receives a description of what would be stored
     */
    public AlbumAssembler rehearsal(AlbumStates waiting, Consumer<String> left) {
        return new AlbumAssembler(
                store,
                waiting,
                properties,
                new UnwrittenObjects(objects, left),
                outbox,
                Objects.requireNonNull(transaction.getTransactionManager()),
                new SimpleMeterRegistry(),
                clock);
    }

    /** Creates the threads of the route's aggregator. The stage waits when many albums wait for their assembly. */
    @Bean(defaultCandidate = false)
    static ExecutorService albumAssembly() {
        return new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(16),
                new CustomizableThreadFactory("album-assembly-"),
                new ThreadPoolExecutor.CallerRunsPolicy());
    }

    /**
     * The changes of a batch.
     *
     * @param updates one per album
     * @param answers one per event
     */
    public record Batch(List<Update> updates, List<Recorded> answers) {}

    /** Groups a batch by album. */
    public Batch open(@Body List<? extends Event> events) {
        Map<UUID, StoredPost> posts = store.posts(events.stream()
                .filter(VisionAnalyzed.class::isInstance)
                .map(VisionAnalyzed.class::cast)
                .toList());
        List<Key> keys = events.stream().map(event -> key(event, posts)).toList();
        Map<Key, Album> albums = albums(keys, posts);
        Map<Album, Map<UUID, MemberVision>> seen = new LinkedHashMap<>();
        List<Recorded> answers = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            Event event = events.get(i);
            Album album = albums.get(keys.get(i));
            Recorded refusal = refusal(event, album, posts);
            answers.add(refusal == null ? StageOutcome.done(null) : refusal);
            if (refusal == null) {
                Map<UUID, MemberVision> found =
                        seen.computeIfAbsent(album, one -> one.assembly().members());
                seen.put(album, AlbumState.merged(found, result(event)));
            }
        }
        Instant now = clock.instant();
        return new Batch(
                seen.entrySet().stream()
                        .map(album ->
                                new Update(album.getKey().id(), album.getKey().members(), album.getValue(), now, false))
                        .toList(),
                answers);
    }

    /** Returns null for an event that concerns no album, or for a post without a row. */
    private static Key key(Event event, Map<UUID, StoredPost> posts) {
        if (event instanceof AlbumParsed album) {
            return new Key(album.tenantId(), album.channelId(), album.groupedId());
        }
        StoredPost post = posts.get(((VisionAnalyzed) event).postId());
        return post == null || post.deleted() ? null : post.album();
    }

    /** Returns the albums by key, including albums that only members have announced. */
    private Map<Key, Album> albums(List<Key> keys, Map<UUID, StoredPost> posts) {
        Map<Key, Album> albums = new HashMap<>(
                store.albums(keys.stream().filter(Objects::nonNull).collect(Collectors.toSet())));
        Set<Key> unannounced = posts.values().stream()
                .filter(post -> post.album() != null && !post.deleted() && !albums.containsKey(post.album()))
                .map(StoredPost::album)
                .collect(Collectors.toSet());
        if (!unannounced.isEmpty()) {
            store.addUnannounced(unannounced);
            albums.putAll(store.albums(unannounced));
        }
        return albums;
    }

    private static Map<UUID, MemberVision> result(Event event) {
        return event instanceof VisionAnalyzed analyzed
                ? Map.of(analyzed.postId(), MemberVision.of(analyzed))
                : Map.of();
    }

    /** Returns why an event changes no album; null if it does. */
    private static Recorded refusal(Event event, Album album, Map<UUID, StoredPost> posts) {
        if (event instanceof AlbumParsed announced) {
            // albums of other producers are stored by post persistence
            return album == null || album.revision() < announced.revision()
                    ? EntryFailure.counted(new AlbumNotThereYetException(announced))
                    : null;
        }
        StoredPost post = posts.get(((VisionAnalyzed) event).postId());
        if (post == null) {
            return EntryFailure.counted(new PostNotThereYetException(((VisionAnalyzed) event).postId()));
        } else if (post.deleted()) {
            return StageOutcome.skipped("deleted");
        }
        return post.album() == null ? StageOutcome.skipped("no_album") : null;
    }

    /** Post persistence has not stored the album yet. Transient. */
    static final class AlbumNotThereYetException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        AlbumNotThereYetException(AlbumParsed album) {
            super("Album " + album.groupedId() + " is not stored in revision " + album.revision()
                    + " yet; it is retried");
        }
    }

    /**
     * Returns a check for each album of a batch. Reads the albums again, because one may have been assembled since the batch was opened.
     */
    public List<Update> checks(@ExchangeProperty("albumBatch") Batch batch) {
        return checks(batch.updates().stream().map(Update::albumId).toList());
    }

    /** Returns a check for each album whose deadline has passed. */
    public List<Update> overdue() {
        return checks(states.overdue(clock.instant()));
    }

    /**
     * Returns a check for an album that was just assembled, if other events of it arrived in the meantime, which may not be included in
     * the assembly.
     */
    public List<Update> again(@Body AlbumState state) {
        return states.isWaiting(state.albumId()) ? checks(List.of(state.albumId())) : List.of();
    }

    private List<Update> checks(List<Long> ids) {
        Instant now = clock.instant();
        List<Album> albums = ids.isEmpty() ? List.of() : store.albumsById(ids);
        ids.stream()
                .filter(id -> albums.stream().noneMatch(album -> album.id() == id))
                .forEach(states::forget);
        return albums.stream()
                .map(album ->
                        new Update(album.id(), album.members(), album.assembly().members(), now, true))
                .toList();
    }

    /** @param known null if the album is not waiting */
    public AlbumState merge(AlbumState known, Update update) {
        return AlbumState.after(known, update, properties.timeout());
    }

    /** Assembles an album, unless it was already assembled. */
    public void assemble(@Body AlbumState state) {
        if (state.members().isEmpty() && !state.due()) {
            return;
        }
        String status = "retrying";
        try {
            status = transaction.execute(transaction -> {
                store.lock(state.albumId());
                return store.albumsById(List.of(state.albumId())).stream()
                        .findFirst()
                        .map(album -> assemble(album, state))
                        .orElse("skipped");
            });
        } finally {
            metrics.counter(METRIC, "status", status).increment();
        }
    }

    private String assemble(Album album, AlbumState state) {
        Map<UUID, MemberVision> members = AlbumState.merged(album.assembly().members(), state.members());
        boolean complete = AlbumState.isSettled(album.members(), members);
        int revision = album.assembly().revision();
        if (album.members().isEmpty() || (!complete && !state.due())) {
            // a member was announced in the meantime, or the album was not announced in time; its event continues from
            // here
            store.keep(album.id(), new Assembly(revision, album.assembly().hash(), bounded(album, members)));
            return "skipped";
        }
        List<MemberVision> found = album.members().entrySet().stream()
                .map(member -> members.get(member.getKey()))
                .filter(Objects::nonNull)
                .toList();
        String hash = hash(album, members, complete);
        if (hash.equals(album.assembly().hash())) {
            return "skipped";
        }
        AlbumAssembled event = event(album, found, complete, revision + 1, state.since());
        ObjectNode summary = store.summary(event);
        try {
            byte[] content = store.write(summary).getBytes(StandardCharsets.UTF_8);
            objects.put(event.s3Key(), "application/json", content.length, new ByteArrayInputStream(content));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot store the summary of album " + album.id() + ": " + e.getMessage(), e);
        }
        store.save(album, summary, new Assembly(revision + 1, hash, bounded(album, members)));
        outbox.append(List.of(event));
        lag.record(Duration.between(state.since(), event.assemblyCompletedAt()));
        return complete ? "success" : "failed";
    }

    private static Map<UUID, MemberVision> bounded(Album album, Map<UUID, MemberVision> members) {
        Map<UUID, MemberVision> kept = new HashMap<>();
        Stream.concat(album.members().keySet().stream(), members.keySet().stream())
                .filter(members::containsKey)
                .distinct()
                .limit(MAX_MEMBERS)
                .forEach(post -> kept.put(post, members.get(post)));
        return kept;
    }

    private static String hash(Album album, Map<UUID, MemberVision> members, boolean complete) {
        return Sha256.hexOfLines(Stream.concat(
                        Stream.of(Integer.toString(album.revision()), Boolean.toString(complete)),
                        album.members().keySet().stream()
                                .map(post -> post + " "
                                        + (members.containsKey(post)
                                                ? members.get(post).content()
                                                : "-")))
                .toList());
    }

    private AlbumAssembled event(Album album, List<MemberVision> found, boolean complete, int revision, Instant since) {
        AlbumSummary summary = AlbumSummary.of(found);
        Key key = album.key();
        List<Instant> analyzed =
                found.stream().map(MemberVision::analyzedAt).sorted().toList();
        Instant now = clock.instant();
        return AlbumAssembledBuilder.builder()
                .schemaVersion(Event.SCHEMA_VERSION)
                .traceId(Objects.requireNonNullElseGet(
                        album.traceId(), () -> UUID.randomUUID().toString()))
                .occurredAt(now)
                .idempotencyKey(IdempotencyKeys.albumAssembled(
                        key.tenantId(), album.tgChannelId(), key.groupedId(), album.revision(), revision))
                .userId(album.userId())
                .tenantId(key.tenantId())
                .channelId(key.channelId())
                .albumId(album.id())
                .groupedId(key.groupedId())
                .revision(revision)
                .postIds(List.copyOf(album.members().keySet()))
                .albumKind(album.kind())
                .itemsCount(album.members().size())
                .itemsAnalyzed(found.size())
                .visionSummary(summary.visionSummary())
                .visionLabels(summary.visionLabels())
                .visionOcrText(summary.visionOcrText())
                .visionTags(summary.visionTags())
                .hasMeme(summary.hasMeme())
                .hasText(summary.hasText())
                .s3Key(ObjectKeys.albumSummary(key.tenantId(), album.id()))
                .complete(complete)
                .postedAt(album.postedAt())
                .firstAnalyzedAt(analyzed.isEmpty() ? null : analyzed.get(0))
                .lastAnalyzedAt(analyzed.isEmpty() ? null : analyzed.get(analyzed.size() - 1))
                .assemblyCompletedAt(now)
                .assemblyLagSeconds(Duration.between(since, now).toMillis() / 1000.0)
                .build();
    }
}
