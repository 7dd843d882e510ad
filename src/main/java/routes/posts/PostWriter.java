package routes.posts;

import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.PostIds;
import routes.events.PostParsed;
import routes.events.TextEntity;
import routes.outbox.Outbox;
import routes.posts.PostMerge.Outcome;

/**
 * The only writer of posts, for all sources. A batch and its events are one transaction: after a crash at any point either both
 * exist or neither. Saving the same batch again changes and publishes nothing.
 *
 * <p>A lock of the transaction serializes batches of one channel. Files, which channels share, are locked in the order of their
 * hashes. So concurrent importers never deadlock.
 */
public final class PostWriter {
    private final TransactionTemplate transaction;
    private final JdbcTemplate jdbc;
    private final ChannelStore channels;
    private final PostTable posts;
    private final MediaTable media;
    private final AlbumTable albums;
    private final PostTombstones tombstones;
    private final Outbox outbox;
    private final PostStoreSettings settings;
    private final Clock clock;

    public PostWriter(
            DataSource database,
            PlatformTransactionManager transactions,
            Outbox outbox,
            PostStoreSettings settings,
            Clock clock) {
        transaction = new TransactionTemplate(transactions);
        transaction.setTimeout((int) settings.transactionTimeout().toSeconds());
        jdbc = new JdbcTemplate(database);
        channels = new ChannelStore(database);
        posts = new PostTable(jdbc);
        media = new MediaTable(jdbc, settings.mediaBucket());
        albums = new AlbumTable(jdbc);
        tombstones = new PostTombstones(jdbc, settings.mediaBucket());
        this.outbox = outbox;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Saves posts, albums, media references and the events of new posts and new content ({@code save_batch_atomic}).
     *
     * @throws org.springframework.dao.DataAccessException if nothing was saved; the same batch may be retried
     */
    public SavedBatch saveBatchAtomic(PostBatch batch) {
        return transaction.execute(status -> {
            List<SavedPost> saved =
                    savePosts(batch, post -> created(batch, post), PostMerge::seen, PostWriter::startsAnew);
            List<Album> savedAlbums = saveAlbums(batch, saved);
            outbox.append(PostEvents.of(batch, saved, savedAlbums, clock.instant()));
            batch.posts().stream()
                    .mapToLong(Post::telegramMessageId)
                    .max()
                    .ifPresent(last -> channels.parsedUpTo(batch.channel().id(), last));
            return summary(saved, savedAlbums);
        });
    }

    /** Whether the outbox is about to publish the post again, so that the stages process it again. */
    private static boolean startsAnew(SavedPost post) {
        return post.is(Outcome.EDITED) || post.is(Outcome.RESTORED);
    }

    /** The post's identity according to the event of another producer. */
    public record Published(UUID postId, String traceId) {}

    /**
     * Saves posts that another producer has already published. Their albums arrive in separate events. Stages may have processed the
     * events before: their results for this version of the content stay.
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
                post -> post.is(Outcome.EDITED) && post.merge().versionMoved()));
    }

    /**
     * Replaces the text of a post, as an edit in its channel would.
     *
     * @param entities the formatting of that text
     * @param urls the links in it
     * @return whether that changed anything; empty if there is no such post, or it is deleted
     */
    public Optional<Boolean> edit(
            UUID tenantId, UUID channelId, UUID postId, String text, List<TextEntity> entities, List<String> urls) {
        return transaction.execute(status -> {
            ChannelLock.take(jdbc, tenantId, channelId);
            Optional<StoredPost> row = posts.read(postId).filter(stored -> stored.deletion() == null);
            Instant now = clock.instant();
            return row.map(stored -> stored.post().edit(text, entities, urls, now))
                    .map(edited -> {
                        Channel channel = channels.require(channelId);
                        long reader = channels.reader(tenantId, channelId);
                        PostBatch batch = new PostBatch(tenantId, reader, channel, List.of(edited), false);
                        List<SavedPost> saved =
                                savePosts(batch, post -> created(batch, post), PostMerge::of, PostWriter::startsAnew);
                        outbox.append(PostEvents.of(batch, saved, saveAlbums(batch, saved), now));
                        return saved.get(0).is(Outcome.EDITED);
                    });
        });
    }

    /** The events whose post has a row that they would not change. Takes no locks. For events that contain nothing new. */
    public Set<PostParsed> saved(Map<PostParsed, Post> arrived) {
        Map<UUID, StoredPost> rows =
                posts.read(arrived.keySet().stream().map(PostParsed::postId).toList());
        return arrived.keySet().stream()
                .filter(event -> rows.containsKey(event.postId())
                        && PostMerge.of(rows.get(event.postId()), arrived.get(event))
                                        .outcome()
                                == Outcome.UNCHANGED)
                .collect(Collectors.toSet());
    }

    private List<SavedPost> savePosts(
            PostBatch batch,
            Function<Post, SavedPost> create,
            BiFunction<StoredPost, Post, PostMerge> merge,
            Predicate<SavedPost> startsAnew) {
        UUID channelId = batch.channel().id();
        ChannelLock.take(jdbc, batch.tenantId(), channelId);
        channels.subscribeUnlessLeft(batch.tenantId(), batch.userId(), channelId);
        Map<Long, StoredPost> stored = posts.read(
                batch.tenantId(),
                channelId,
                batch.posts().stream().map(Post::telegramMessageId).toList());
        List<SavedPost> saved = keepAlbums(batch.posts(), stored).stream()
                .map(post -> {
                    StoredPost row = stored.get(post.telegramMessageId());
                    return row == null ? create.apply(post) : merged(post, row, merge.apply(row, post));
                })
                .toList();
        List<SavedPost> changed = saved.stream()
                .filter(post -> !post.is(Outcome.CREATED) && !post.is(Outcome.UNCHANGED))
                .toList();
        posts.revive(
                changed.stream().filter(post -> post.is(Outcome.RESTORED)).toList(),
                clock.instant(),
                settings.timeToLive());
        posts.keepOldTexts(changed.stream()
                .filter(post -> post.merge().textChanged())
                .map(SavedPost::id)
                .toList());
        posts.update(changed);
        posts.restart(changed.stream().filter(startsAnew).map(SavedPost::id).toList());
        List<SavedPost> created =
                saved.stream().filter(post -> post.is(Outcome.CREATED)).toList();
        posts.insert(batch.tenantId(), channelId, created, clock.instant(), settings.timeToLive());
        media.save(
                batch.tenantId(),
                saved.stream().filter(post -> post.merge().mediaChanged()).toList());
        if (!created.isEmpty()) {
            tombstones.applyEarly(
                    batch.tenantId(), created.stream().map(SavedPost::id).toArray(UUID[]::new));
        }
        return saved;
    }

    /** A part of a known album joins it, under the album's stored number. */
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
        return new SavedPost(id, newTraceId(), PostMerge.created(post), post);
    }

    private static SavedPost merged(Post post, StoredPost row, PostMerge merge) {
        boolean newTrace =
                merge.outcome() == Outcome.EDITED || merge.outcome() == Outcome.RESTORED || row.traceId() == null;
        return new SavedPost(row.id(), newTrace ? newTraceId() : row.traceId(), merge, post);
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

    static String newTraceId() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    private static SavedBatch summary(List<SavedPost> saved, List<Album> albums) {
        Map<Outcome, Long> posts =
                saved.stream().collect(Collectors.groupingBy(SavedPost::outcome, Collectors.counting()));
        Map<Album.Change, Long> groups =
                albums.stream().collect(Collectors.groupingBy(Album::change, Collectors.counting()));
        return new SavedBatch(
                posts.getOrDefault(Outcome.CREATED, 0L).intValue(),
                (int) (posts.getOrDefault(Outcome.EDITED, 0L) + posts.getOrDefault(Outcome.RESTORED, 0L)),
                posts.getOrDefault(Outcome.UPDATED, 0L).intValue(),
                posts.getOrDefault(Outcome.UNCHANGED, 0L).intValue(),
                groups.getOrDefault(Album.Change.CREATED, 0L).intValue(),
                groups.getOrDefault(Album.Change.CHANGED, 0L).intValue(),
                groups.getOrDefault(Album.Change.NONE, 0L).intValue());
    }
}
