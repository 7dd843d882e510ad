package routes.posts;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.PostIds;
import routes.events.PostParsed;
import routes.events.TextEntity;
import routes.outbox.Outbox;
import routes.posts.Albums.Album;
import routes.posts.ChannelStore.Channel;
import routes.posts.PostMerge.Outcome;
import routes.posts.PostTable.SavedPost;
import routes.posts.PostTable.StoredPost;

/**
 * The only writer of posts, for all sources. A batch and its events are saved in one transaction: after a crash, either both exist
 * or neither does. Saving the same batch again changes and publishes nothing.
 *
 * <p>A transaction-level lock serializes batches of one channel. Files, which channels share, are locked in the order of their
 * hashes. Concurrent importers therefore never deadlock.
 */
@Component
public final class PostWriter {
    private final TransactionTemplate transaction;
    private final JdbcClient jdbc;
    private final ChannelStore channels;
    private final PostTable posts;
    private final MediaTable media;
    private final Albums albums;
    private final PostRemoval removal;
    private final Outbox outbox;
    private final Clock clock;

    public PostWriter(
            DataSource database,
            PlatformTransactionManager transactions,
            Outbox outbox,
            PostStoreSettings settings,
            Clock clock) {
        transaction = settings.transaction(transactions);
        jdbc = JdbcClient.create(database);
        channels = new ChannelStore(database);
        posts = new PostTable(database, settings.timeToLive(), clock);
        media = new MediaTable(jdbc, settings.mediaBucket());
        albums = new Albums(database, transactions, settings);
        removal = new PostRemoval(database, transactions, outbox, settings, clock);
        this.outbox = outbox;
        this.clock = clock;
    }

    /**
     * Posts of one channel that are saved together. All members of an album that the source contains are in one batch.
     *
     * @param userId user on whose behalf the posts are saved; gets subscribed to the channel
     * @param albumsInferred whether the source does not mark albums, and they were inferred from times and ids
     */
    public record PostBatch(UUID tenantId, long userId, Channel channel, List<Post> posts, boolean albumsInferred) {
        public PostBatch {
            posts = List.copyOf(posts);
        }
    }

    /**
     * The changes made by a batch.
     *
     * @param created posts that did not exist
     * @param edited posts with new content, or restored after a deletion
     * @param updated posts of which only counters and similar fields changed
     */
    public record SavedBatch(
            int created,
            int edited,
            int updated,
            int unchanged,
            int albumsCreated,
            int albumsChanged,
            int albumsUnchanged) {}

    /**
     * Saves posts, albums, media references and the events of new posts and new content ({@code save_batch_atomic}).
     *
     * @throws org.springframework.dao.DataAccessException if nothing was saved; the same batch can be saved again
     */
    public SavedBatch saveBatchAtomic(PostBatch batch) {
        return transaction.execute(status -> {
            var events = new Events(batch);
            List<SavedPost> saved = savePosts(
                    batch, post -> created(batch, post), PostMerge::seen, SavedPost::isPublishedAgain, events::ofPosts);
            List<Album> savedAlbums = saveAlbums(batch, saved);
            events.store(saved, savedAlbums);
            batch.posts().stream()
                    .mapToLong(Post::telegramMessageId)
                    .max()
                    .ifPresent(last -> channels.parsedUpTo(batch.channel().id(), last));
            return summary(saved, savedAlbums);
        });
    }

    /** The ids of a post in the event of another producer. */
    public record Published(UUID postId, String traceId) {}

    /**
     * Saves posts that another producer has already published. Their albums arrive in separate events. Stages may already have
     * processed the events; their results for this version of the content are kept.
     *
     * @param published post id and trace id by message id, for rows that do not exist yet
     */
    public void saveUnpublished(PostBatch batch, Map<Long, Published> published) {
        transaction.executeWithoutResult(status -> savePosts(
                batch,
                post -> {
                    Published known = published.get(post.telegramMessageId());
                    return new SavedPost(known.postId(), known.traceId(), PostMerge.created(post), post);
                },
                PostMerge::of,
                post -> post.is(Outcome.EDITED) && post.merge().versionMoved(),
                saved -> {}));
    }

    /**
     * Replaces the text of a post, as an edit in its channel would.
     *
     * @param entities the formatting of the text
     * @param urls the links in the text
     * @return whether the post changed; empty if the post does not exist or is deleted
     */
    public Optional<Boolean> edit(
            UUID tenantId, UUID channelId, UUID postId, String text, List<TextEntity> entities, List<String> urls) {
        return transaction.execute(status -> {
            PostLock.takeChannel(jdbc, tenantId, channelId);
            StoredPost stored = posts.read(List.of(postId)).get(postId);
            if (stored == null || stored.deletion() != null) {
                return Optional.empty();
            }
            Post edited = stored.post().edit(text, entities, urls, clock.instant());
            Channel channel = channels.require(channelId);
            var batch = new PostBatch(tenantId, channels.reader(tenantId, channelId), channel, List.of(edited), false);
            var events = new Events(batch);
            List<SavedPost> saved = savePosts(
                    batch, post -> created(batch, post), PostMerge::of, SavedPost::isPublishedAgain, events::ofPosts);
            events.store(saved, saveAlbums(batch, saved));
            return Optional.of(saved.get(0).is(Outcome.EDITED));
        });
    }

    /** Returns the events whose posts have rows that they would not change. Takes no locks. For events that contain nothing new. */
    public Set<PostParsed> saved(Map<PostParsed, Post> arrived) {
        Map<UUID, StoredPost> rows =
                posts.read(arrived.keySet().stream().map(PostParsed::postId).toList());
        return arrived.keySet().stream()
                .filter(event -> rows.containsKey(event.postId()))
                .filter(event -> PostMerge.of(rows.get(event.postId()), arrived.get(event))
                                .outcome()
                        == Outcome.UNCHANGED)
                .collect(Collectors.toSet());
    }

    /**
     * @param create creates the row of a post that is not stored
     * @param merge computes the changes of a stored post
     * @param restarts whether the stages process the post again
     * @param meanwhile runs while PostgreSQL stores new posts; must not use the database
     */
    private List<SavedPost> savePosts(
            PostBatch batch,
            Function<Post, SavedPost> create,
            BiFunction<StoredPost, Post, PostMerge> merge,
            Predicate<SavedPost> restarts,
            Consumer<List<SavedPost>> meanwhile) {
        UUID tenantId = batch.tenantId();
        UUID channelId = batch.channel().id();
        PostLock.takeChannel(jdbc, tenantId, channelId);
        channels.subscribeUnlessLeft(tenantId, batch.userId(), channelId);
        Map<Long, StoredPost> stored = posts.read(
                tenantId,
                channelId,
                batch.posts().stream().map(Post::telegramMessageId).toList());
        List<SavedPost> saved = keepAlbums(batch.posts(), stored).stream()
                .map(post -> {
                    StoredPost row = stored.get(post.telegramMessageId());
                    return row == null ? create.apply(post) : merged(post, row, merge.apply(row, post));
                })
                .toList();
        List<SavedPost> changed = select(saved, post -> !post.is(Outcome.CREATED) && !post.is(Outcome.UNCHANGED));
        posts.revive(select(changed, post -> post.is(Outcome.RESTORED)));
        posts.keepOldTexts(ids(select(changed, post -> post.merge().textChanged())));
        posts.update(changed);
        posts.restart(ids(select(changed, restarts)));
        List<SavedPost> created = select(saved, post -> post.is(Outcome.CREATED));
        posts.insert(tenantId, channelId, created, () -> meanwhile.accept(saved));
        media.save(tenantId, select(saved, post -> post.merge().mediaChanged()));
        removal.applyEarly(tenantId, ids(created));
        return saved;
    }

    /** The events of a batch. Events of posts are created while the posts are being stored, because both take about the same time. */
    private final class Events {
        private final PostBatch batch;
        private final Instant now = clock.instant();
        private final List<Outbox.Row> rows = new ArrayList<>();

        Events(PostBatch batch) {
            this.batch = batch;
        }

        void ofPosts(List<SavedPost> posts) {
            rows.addAll(outbox.rows(PostEvents.parsed(batch, posts, now)));
        }

        void store(List<SavedPost> posts, List<Album> albums) {
            rows.addAll(outbox.rows(PostEvents.further(batch, posts, albums, now)));
            outbox.store(rows);
        }
    }

    private static List<SavedPost> select(List<SavedPost> posts, Predicate<SavedPost> condition) {
        return posts.stream().filter(condition).toList();
    }

    private static List<UUID> ids(List<SavedPost> posts) {
        return posts.stream().map(SavedPost::id).toList();
    }

    /** Assigns new members of a known album to the stored album id. */
    private static List<Post> keepAlbums(List<Post> arrived, Map<Long, StoredPost> stored) {
        var known = new HashMap<Long, Long>();
        for (Post post : arrived) {
            StoredPost row = stored.get(post.telegramMessageId());
            if (post.groupedId() != null && row != null && row.post().groupedId() != null) {
                known.putIfAbsent(post.groupedId(), row.post().groupedId());
            }
        }
        return arrived.stream()
                .map(post -> known.containsKey(post.groupedId())
                        ? PostBuilder.builder(post)
                                .groupedId(known.get(post.groupedId()))
                                .build()
                        : post)
                .toList();
    }

    private static SavedPost created(PostBatch batch, Post post) {
        UUID id = PostIds.of(batch.tenantId(), batch.channel().tgChannelId(), post.telegramMessageId());
        return new SavedPost(id, PostEvents.newTraceId(), PostMerge.created(post), post);
    }

    private static SavedPost merged(Post post, StoredPost row, PostMerge merge) {
        var saved = new SavedPost(row.id(), row.traceId(), merge, post);
        return saved.isPublishedAgain() || row.traceId() == null
                ? new SavedPost(row.id(), PostEvents.newTraceId(), merge, post)
                : saved;
    }

    private List<Album> saveAlbums(PostBatch batch, List<SavedPost> saved) {
        var groupedIds = new TreeSet<Long>();
        var kinds = new HashMap<UUID, String>();
        for (SavedPost post : saved) {
            if (post.post().groupedId() != null) {
                groupedIds.add(post.post().groupedId());
                if (post.arrived().mediaKind() != null) {
                    kinds.put(post.id(), post.arrived().mediaKind().text());
                }
            }
        }
        return albums.save(batch.tenantId(), batch.channel().id(), groupedIds, kinds, batch.albumsInferred());
    }

    private static SavedBatch summary(List<SavedPost> saved, List<Album> albums) {
        return new SavedBatch(
                count(saved, post -> post.is(Outcome.CREATED)),
                count(saved, SavedPost::isPublishedAgain),
                count(saved, post -> post.is(Outcome.UPDATED)),
                count(saved, post -> post.is(Outcome.UNCHANGED)),
                count(albums, album -> album.change() == Albums.Change.CREATED),
                count(albums, album -> album.change() == Albums.Change.CHANGED),
                count(albums, album -> album.change() == Albums.Change.NONE));
    }

    private static <T> int count(List<T> all, Predicate<T> condition) {
        return (int) all.stream().filter(condition).count();
    }
}
