package routes.posts;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.Event;
import routes.events.IdempotencyKeys;
import routes.events.PostDeleted;
import routes.outbox.Outbox;
import routes.posts.ChannelStore.Channel;

/**
 * Deletes posts. Readers no longer see them after the transaction. An event in the same transaction makes the clean-up stage remove
 * their data in other stores. Their albums are recomputed from the remaining members.
 */
@Component
public final class PostRemoval {
    private final TransactionTemplate transaction;
    private final JdbcClient jdbc;
    private final ChannelStore channels;
    private final Albums albums;
    private final MediaTable media;
    private final Outbox outbox;
    private final Clock clock;

    public PostRemoval(
            DataSource database,
            PlatformTransactionManager transactions,
            Outbox outbox,
            PostStoreSettings settings,
            Clock clock) {
        transaction = settings.transaction(transactions);
        jdbc = JdbcClient.create(database);
        channels = new ChannelStore(database);
        albums = new Albums(database, transactions, settings);
        media = new MediaTable(jdbc, settings.mediaBucket());
        this.outbox = outbox;
        this.clock = clock;
    }

    /** The properties of a post that its deletion requires. */
    private record Gone(UUID id, Long groupedId, String traceId, Instant expiresAt) {}

    /**
     * Deletes posts of one channel and publishes the deletion to the clean-up stage.
     *
     * @return number of deleted posts, without posts that were already deleted or do not exist
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

    /** Returns the posts of these messages that are not deleted. */
    public List<UUID> ids(UUID tenantId, UUID channelId, Collection<Long> messageIds) {
        return jdbc.sql(
                        """
                        SELECT id FROM posts WHERE (tenant_id, channel_id, telegram_message_id) IN (SELECT ?, ?, unnest(?))
                            AND NOT is_deleted""")
                .params(tenantId, channelId, messageIds.toArray(Long[]::new))
                .query(UUID.class)
                .list();
    }

    /** Returns posts that are not deleted, in order of message ids from {@code after} (exclusive) to {@code last} (inclusive). */
    public List<Message> messages(UUID tenantId, UUID channelId, long after, long last, int limit) {
        return jdbc.sql(
                        """
                        SELECT telegram_message_id AS message_id, id AS post_id FROM posts
                        WHERE tenant_id = ? AND channel_id = ? AND telegram_message_id > ? AND telegram_message_id <= ?
                            AND NOT is_deleted
                        ORDER BY telegram_message_id LIMIT ?""")
                .params(tenantId, channelId, after, last, limit)
                .query(Message.class)
                .list();
    }

    /** Returns the highest message id ever stored; 0 if there is none. */
    public long lastMessageId(UUID tenantId, UUID channelId) {
        return jdbc.sql(
                        "SELECT coalesce(max(telegram_message_id), 0) FROM posts WHERE tenant_id = ? AND channel_id = ?")
                .params(tenantId, channelId)
                .query(Long.class)
                .single();
    }

    private int remove(
            UUID tenantId, UUID channelId, Collection<UUID> postIds, DeletionReason reason, boolean publish) {
        return Objects.requireNonNull(transaction.execute(status -> {
            PostLock.takeChannel(jdbc, tenantId, channelId);
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
            var groupedIds = new TreeSet<Long>();
            gone.stream().map(Gone::groupedId).filter(Objects::nonNull).forEach(groupedIds::add);
            albums.save(tenantId, channelId, groupedIds, Map.of(), true).stream()
                    .filter(album -> album.change() != Albums.Change.NONE)
                    .forEach(album -> events.add(PostEvents.album(tenantId, reader, channel, album, now)));
            albums.clearEmpty(tenantId, channelId, groupedIds);
            outbox.append(events);
            return gone.size();
        }));
    }

    /** Marks posts as deleted, and their pending stages as skipped. */
    private List<Gone> mark(UUID tenantId, Collection<UUID> postIds, DeletionReason reason) {
        return jdbc.sql(
                        """
                        UPDATE posts SET is_deleted = true, deleted_at = now(), deletion_reason = ?,
                            tagging_status = CASE WHEN tagging_status IN ('pending', 'retrying') THEN 'skipped'
                                                  ELSE tagging_status END,
                            indexing_status = 'skipped', indexing_error = 'deleted', updated_at = now()
                        WHERE id = ANY (?) AND tenant_id = ? AND NOT is_deleted
                        RETURNING id, grouped_id, trace_id, expires_at""")
                .params(reason.text(), postIds.toArray(UUID[]::new), tenantId)
                .query(Gone.class)
                .list();
    }

    private static PostDeleted deleted(UUID tenantId, UUID channelId, Gone post, DeletionReason reason, Instant now) {
        return new PostDeleted(
                Event.SCHEMA_VERSION,
                Objects.requireNonNullElseGet(post.traceId(), PostEvents::newTraceId),
                now,
                IdempotencyKeys.postDeleted(post.id()),
                post.id(),
                tenantId,
                channelId,
                reason.text(),
                reason == DeletionReason.TTL ? post.expiresAt() : null);
    }

    /**
     * Clears the rows of deleted posts and removes all dependent data. The remaining tombstones contain the ids, times and counters
     * of the posts, which reveal nothing of their content. Joins the transaction of the calling thread.
     */
    public void erase(UUID tenantId, Collection<UUID> postIds) {
        UUID[] ids = postIds.toArray(UUID[]::new);
        media.release(tenantId, ids);
        outbox.forget(postIds);
        for (String table : List.of("post_edits", "post_enrichment", "media_group_items", "post_opens")) {
            jdbc.sql("DELETE FROM " + table + " WHERE post_id = ANY (?)")
                    .param(ids)
                    .update();
        }
        jdbc.sql(
                        """
                        UPDATE posts SET content = '', attachment_text = NULL, entities = NULL, details = '{}', content_hash = NULL,
                            urls = '[]', author_name = NULL, has_media = false,
                            forward_from_chat_id = NULL, forward_from_message_id = NULL, forward_date = NULL,
                            forward_from_name = NULL, reply_to_message_id = NULL, telegram_post_url = NULL,
                            tagging_error = NULL, indexing_status = 'skipped', indexing_error = 'deleted', index_state = '{}',
                            index_revision = index_revision + 1, cleaned_at = now(), updated_at = now()
                        WHERE id = ANY (?) AND is_deleted""")
                .param(ids)
                .update();
    }

    /**
     * A deletion of a post that is not stored yet.
     *
     * @param tenantId null if the event does not contain it; the deletion then applies to the post of any tenant
     * @param channelId null if the event does not contain it
     */
    public record EarlyDeletion(UUID tenantId, UUID channelId, UUID postId, DeletionReason reason) {}

    /**
     * Records deletions of posts that are not stored yet. Such a post is stored as deleted when it arrives. The channel lock
     * serializes this with a concurrent write of the post.
     *
     * @return the posts whose deletions were recorded; the others are stored in the meantime
     */
    public Set<UUID> noteEarly(Collection<EarlyDeletion> deletions) {
        return transaction.execute(status -> {
            deletions.stream()
                    .filter(deletion -> deletion.tenantId() != null && deletion.channelId() != null)
                    .map(deletion -> List.of(deletion.tenantId(), deletion.channelId()))
                    .distinct()
                    .sorted(Comparator.comparing(Object::toString))
                    .forEach(channel -> PostLock.takeChannel(jdbc, channel.get(0), channel.get(1)));
            Set<UUID> missing = deletions.stream().map(EarlyDeletion::postId).collect(Collectors.toSet());
            jdbc.sql("SELECT id FROM posts WHERE id = ANY (?)")
                    .param(missing.toArray(UUID[]::new))
                    .query(UUID.class)
                    .list()
                    .forEach(missing::remove);
            List<EarlyDeletion> noted = deletions.stream()
                    .filter(deletion -> missing.contains(deletion.postId()))
                    .toList();
            jdbc.sql(
                            """
                            INSERT INTO early_deletions (post_id, tenant_id, reason)
                            SELECT post_id, tenant_id, lower(reason)
                            FROM jsonb_to_recordset(?::jsonb) AS deletion (post_id uuid, tenant_id uuid, reason text)
                            ON CONFLICT DO NOTHING""")
                    .param(PostTable.json(noted))
                    .update();
            return missing;
        });
    }

    /** Turns newly inserted posts whose deletion arrived first into tombstones. No other store contains them yet. */
    void applyEarly(UUID tenantId, List<UUID> inserted) {
        if (inserted.isEmpty()) {
            return;
        }
        List<UUID> deleted = jdbc.sql(
                        """
                        WITH early AS (DELETE FROM early_deletions WHERE post_id = ANY (?)
                                           AND (tenant_id IS NULL OR tenant_id = ?) RETURNING *)
                        UPDATE posts p SET is_deleted = true, deleted_at = early.deleted_at,
                            deletion_reason = early.reason, tagging_status = 'skipped'
                        FROM early WHERE p.id = early.post_id RETURNING p.id""")
                .params(inserted.toArray(UUID[]::new), tenantId)
                .query(UUID.class)
                .list();
        if (!deleted.isEmpty()) {
            erase(tenantId, deleted);
        }
    }

    /**
     * Deletes recorded deletions of posts that have not arrived.
     *
     * @return number of deletions removed; fewer than the limit means that none are left
     */
    public int forgetEarly(Instant before, int limit) {
        return jdbc.sql(
                        """
                        DELETE FROM early_deletions WHERE post_id IN
                            (SELECT post_id FROM early_deletions WHERE deleted_at < ? ORDER BY deleted_at LIMIT ?)""")
                .params(PostTable.time(before), limit)
                .update();
    }
}
