package routes.posts;

import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.Event;
import routes.events.IdempotencyKeys;
import routes.events.PostDeleted;
import routes.outbox.Outbox;

/**
 * Deletes posts. Readers no longer see them once the transaction ends. The event in the same transaction makes the clean-up stage
 * remove their remaining data elsewhere. Their albums are recomputed from the other members.
 */
public final class PostRemoval {
    private final TransactionTemplate transaction;
    private final JdbcTemplate jdbc;
    private final ChannelStore channels;
    private final AlbumTable albums;
    private final PostTombstones tombstones;
    private final Outbox outbox;
    private final Clock clock;

    public PostRemoval(
            DataSource database,
            PlatformTransactionManager transactions,
            Outbox outbox,
            PostStoreSettings settings,
            Clock clock) {
        transaction = new TransactionTemplate(transactions);
        transaction.setTimeout((int) settings.transactionTimeout().toSeconds());
        jdbc = new JdbcTemplate(database);
        channels = new ChannelStore(database);
        albums = new AlbumTable(jdbc);
        tombstones = new PostTombstones(jdbc, settings.mediaBucket());
        this.outbox = outbox;
        this.clock = clock;
    }

    /** The data of a post that its deletion needs. */
    private record Gone(UUID id, Long groupedId, String traceId, Instant expiresAt) {}

    /**
     * Deletes posts of one channel and publishes this to the clean-up stage.
     *
     * @return how many, without those that are already deleted or do not exist
     */
    public int delete(UUID tenantId, UUID channelId, Collection<UUID> postIds, DeletionReason reason) {
        return remove(tenantId, channelId, postIds, reason, true);
    }

    /** Like {@link #delete}, for deletions that another producer has already published. */
    public int deleteUnpublished(UUID tenantId, UUID channelId, Collection<UUID> postIds, DeletionReason reason) {
        return remove(tenantId, channelId, postIds, reason, false);
    }

    /** A post that is not deleted. */
    public record Message(long messageId, UUID postId) {}

    /** The posts of these messages that are not deleted. */
    public List<UUID> ids(UUID tenantId, UUID channelId, Collection<Long> messageIds) {
        return jdbc.queryForList(
                """
                SELECT id FROM posts WHERE (tenant_id, channel_id, telegram_message_id) IN (SELECT ?, ?, unnest(?))
                    AND NOT is_deleted""",
                UUID.class,
                tenantId,
                channelId,
                messageIds.toArray(Long[]::new));
    }

    /** Posts that are not deleted by message id, from {@code after} (exclusive) to {@code last} (inclusive). */
    public List<Message> messages(UUID tenantId, UUID channelId, long after, long last, int limit) {
        return jdbc.query(
                """
                SELECT telegram_message_id, id FROM posts
                WHERE tenant_id = ? AND channel_id = ? AND telegram_message_id > ? AND telegram_message_id <= ?
                    AND NOT is_deleted
                ORDER BY telegram_message_id LIMIT ?""",
                (row, n) -> new Message(row.getLong("telegram_message_id"), row.getObject("id", UUID.class)),
                tenantId,
                channelId,
                after,
                last,
                limit);
    }

    /** The highest message id that was ever stored; 0 if there is none. */
    public long lastMessageId(UUID tenantId, UUID channelId) {
        Long last = jdbc.queryForObject(
                "SELECT coalesce(max(telegram_message_id), 0) FROM posts WHERE tenant_id = ? AND channel_id = ?",
                Long.class,
                tenantId,
                channelId);
        return Objects.requireNonNull(last);
    }

    private int remove(
            UUID tenantId, UUID channelId, Collection<UUID> postIds, DeletionReason reason, boolean publish) {
        Integer removed = transaction.execute(status -> {
            ChannelLock.take(jdbc, tenantId, channelId);
            List<Gone> gone = mark(tenantId, postIds, reason);
            if (gone.isEmpty()) {
                return 0;
            }
            Channel channel = channels.require(channelId);
            Instant now = clock.instant();
            var events = new ArrayList<Event>();
            if (publish) {
                gone.forEach(post -> events.add(deleted(tenantId, channelId, post, reason, now)));
            }
            long reader = channels.reader(tenantId, channelId);
            albumsWithout(tenantId, channelId, gone)
                    .forEach(album -> events.add(PostEvents.album(tenantId, reader, channel, album, now)));
            outbox.append(events);
            return gone.size();
        });
        return Objects.requireNonNull(removed);
    }

    /** Marks posts as deleted. Pending stages are skipped. */
    private List<Gone> mark(UUID tenantId, Collection<UUID> postIds, DeletionReason reason) {
        return jdbc.query(
                """
                UPDATE posts SET is_deleted = true, deleted_at = now(), deletion_reason = ?,
                    tagging_status = CASE WHEN tagging_status IN ('pending', 'retrying') THEN 'skipped'
                                          ELSE tagging_status END,
                    indexing_status = 'skipped', indexing_error = 'deleted', updated_at = now()
                WHERE id = ANY (?) AND tenant_id = ? AND NOT is_deleted
                RETURNING id, grouped_id, trace_id, expires_at""",
                (row, n) -> {
                    OffsetDateTime expiresAt = row.getObject("expires_at", OffsetDateTime.class);
                    return new Gone(
                            row.getObject("id", UUID.class),
                            row.getObject("grouped_id", Long.class),
                            row.getString("trace_id"),
                            expiresAt == null ? null : expiresAt.toInstant());
                },
                reason.text(),
                postIds.toArray(UUID[]::new),
                tenantId);
    }

    private List<Album> albumsWithout(UUID tenantId, UUID channelId, List<Gone> gone) {
        var groupedIds = new TreeSet<Long>();
        gone.stream().map(Gone::groupedId).filter(Objects::nonNull).forEach(groupedIds::add);
        List<Album> changed = albums.save(tenantId, channelId, groupedIds, Map.of(), true).stream()
                .filter(album -> album.change() != Album.Change.NONE)
                .toList();
        albums.clearEmpty(tenantId, channelId, groupedIds);
        return changed;
    }

    private static PostDeleted deleted(UUID tenantId, UUID channelId, Gone post, DeletionReason reason, Instant now) {
        return new PostDeleted(
                Event.SCHEMA_VERSION,
                post.traceId() == null ? PostWriter.newTraceId() : post.traceId(),
                now,
                IdempotencyKeys.postDeleted(post.id()),
                post.id(),
                tenantId,
                channelId,
                reason.text(),
                reason == DeletionReason.TTL ? post.expiresAt() : null);
    }

    /**
     * Records deletions of posts that are not stored yet. Such a post is stored as deleted when it arrives. The channel's lock orders
     * this with a concurrent write of the post.
     *
     * @return the posts whose deletions were recorded; the others are stored by now
     */
    public Set<UUID> noteEarly(Collection<EarlyDeletion> deletions) {
        Set<UUID> noted = transaction.execute(status -> {
            deletions.stream()
                    .filter(deletion -> deletion.tenantId() != null && deletion.channelId() != null)
                    .map(deletion -> List.of(deletion.tenantId(), deletion.channelId()))
                    .distinct()
                    .sorted(Comparator.comparing(Object::toString))
                    .forEach(channel -> ChannelLock.take(jdbc, channel.get(0), channel.get(1)));
            return tombstones.noteEarly(deletions);
        });
        return Objects.requireNonNull(noted);
    }

    /**
     * Clears the rows of deleted posts and removes all dependent data. The remaining tombstones show what they were and when they were
     * deleted. Takes part in the transaction of the calling thread.
     */
    public void erase(UUID tenantId, Collection<UUID> postIds) {
        tombstones.erase(tenantId, postIds.toArray(UUID[]::new));
    }

    /**
     * Deletes recorded deletions whose post has not arrived since.
     *
     * @return how many; fewer than the limit means that none remain
     */
    public int forgetEarly(Instant before, int limit) {
        return tombstones.forgetEarly(before, limit);
    }
}
