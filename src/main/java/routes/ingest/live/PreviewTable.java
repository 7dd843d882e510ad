package routes.ingest.live;

import static routes.ingest.live.LiveChannels.time;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.events.MediaFile;
import routes.events.StorableText;
import routes.ingest.live.LiveChannel.Pass;
import routes.telegram.AccountStates;

/** The SQL of {@code preview_posts}, and of {@code live_channels} for channels that are read from their previews. */
@Component
class PreviewTable {
    private static final int MAX_ERROR = 500;
    private static final int MAX_DUE = 1_000;
    /** Maximum number of stored posts that are compared with a page. */
    private static final int MAX_COMPARED = 1_000;

    private final JdbcClient jdbc;
    private final LiveChannels channels;

    PreviewTable(JdbcClient jdbc, LiveChannels channels) {
        this.jdbc = jdbc;
        this.channels = channels;
    }

    /** Adds channels of new subscriptions, and takes over channels with a name that no account has found since the given time. */
    void follow(Instant historyFrom, Instant unfoundSince) {
        channels.follow(historyFrom, "preview");
        channels.move(
                "preview",
                """
                source = 'telegram' AND account IS NULL AND source_since < ?
                    AND EXISTS (SELECT 1 FROM channels c WHERE c.id = l.channel_id AND c.username IS NOT NULL)""",
                time(unfoundSince));
    }

    /** Returns whether an account is signed in, in any process that still runs. */
    boolean isAccountReady() {
        return jdbc.sql("SELECT EXISTS (SELECT 1 FROM telegram_accounts WHERE state = 'ready'"
                        + " AND seen_at > now() - make_interval(secs => ?))")
                .param(AccountStates.OUTDATED.toSeconds())
                .query(Boolean.class)
                .single();
    }

    /** The channels that may be read now. */
    List<LiveChannel> due(Instant now, Duration interval) {
        return jdbc.sql(
                        LiveChannels.ROWS
                                + """
                                WHERE l.source = 'preview' AND l.paused_at IS NULL AND (l.retry_at IS NULL OR l.retry_at <= ?)
                                    AND (l.pass_next IS NOT NULL OR l.history_done_at IS NULL OR l.wanted IS NOT NULL
                                        OR l.passed_at IS NULL OR l.passed_at <= ?)
                                ORDER BY l.passed_at NULLS FIRST, l.channel_id LIMIT ?""")
                .params(time(now), time(now.minus(interval)), MAX_DUE)
                .query(LiveChannels::row)
                .list();
    }

    /** Returns the current row of the channel; empty if it is no longer read from its preview. */
    Optional<LiveChannel> row(LiveChannel channel) {
        return jdbc.sql(LiveChannels.ROWS + "WHERE l.source = 'preview' AND l.tenant_id = ? AND l.channel_id = ?")
                .params(channel.tenantId(), channel.channelId())
                .query(LiveChannels::row)
                .optional();
    }

    /** Stores the id of the channel, which the preview contains. */
    void found(UUID channelId, long chatId) {
        jdbc.sql(
                        """
                        UPDATE live_channels SET chat_id = ?, error = NULL, failures = 0, retry_at = NULL
                        WHERE channel_id = ? AND source = 'preview'""")
                .params(chatId, channelId)
                .update();
    }

    /**
     * Rejects outdated data after another process or an account has continued with the channel. Must be called in the transaction
     * that saves the data.
     *
     * @throws OptimisticLockingFailureException if the row has changed
     */
    void requireSame(LiveChannel channel) {
        boolean same = jdbc.sql(
                        """
                                SELECT 1 FROM live_channels WHERE tenant_id = ? AND channel_id = ? AND source = 'preview'
                                    AND pass_next = ? AND pass_read = ? AND passed_at IS NOT DISTINCT FROM CAST(? AS timestamptz) FOR UPDATE""")
                .params(channel.tenantId(), channel.channelId())
                .params(channel.pass().next(), channel.pass().read())
                .param(time(channel.passedAt()))
                .query(Integer.class)
                .optional()
                .isPresent();
        if (!same) {
            throw new OptimisticLockingFailureException("another process has read the channel in the meantime");
        }
    }

    /** Stores the validators for a conditional request of the newest page; null makes the next request unconditional. */
    void validators(LiveChannel channel, String etag, String lastModified) {
        jdbc.sql("UPDATE live_channels SET etag = ?, last_modified = ? WHERE tenant_id = ? AND channel_id = ?")
                .params(etag, lastModified, channel.tenantId(), channel.channelId())
                .update();
    }

    /** Stores a pause for all channels that are read from previews. */
    void flooded(String error, Instant until) {
        jdbc.sql(
                        """
                        UPDATE live_channels SET error = ?, retry_at = greatest(retry_at, ?), flood_until = greatest(flood_until, ?)
                        WHERE source = 'preview'""")
                .params(StorableText.cut(error, MAX_ERROR), time(until), time(until))
                .update();
    }

    /**
     * A stored post of a message.
     *
     * @param file the first file in the object store; null if there is none
     * @param missing why there is no file; null if no reason is stored
     * @param hash hash of the content that the preview showed last; null if it has not shown the post yet, as are {@code seen} and
     *     {@code fileDone}
     * @param seen the version stored for that content
     */
    record Stored(
            long messageId,
            String text,
            String attachmentText,
            long version,
            MediaFile file,
            String missing,
            String hash,
            long seen,
            boolean fileDone) {}

    /** Returns the stored posts of these messages, by message id. */
    Map<Long, Stored> stored(LiveChannel channel, Collection<Long> messageIds) {
        return jdbc
                .sql(
                        """
                        SELECT p.telegram_message_id, p.content, p.attachment_text, p.content_version,
                            p.details #>> '{media,0,missing}' AS missing, v.hash, v.version AS seen, v.file_done,
                            o.file_sha256, o.s3_key, o.mime, o.size_bytes
                        FROM posts p
                        LEFT JOIN preview_posts v ON v.tenant_id = p.tenant_id AND v.channel_id = p.channel_id
                            AND v.message_id = p.telegram_message_id
                        LEFT JOIN LATERAL (
                            SELECT file_sha256 FROM post_media_map m WHERE m.post_id = p.id ORDER BY position LIMIT 1) m ON true
                        LEFT JOIN media_objects o ON o.tenant_id = p.tenant_id AND o.file_sha256 = m.file_sha256
                        WHERE (p.tenant_id, p.channel_id, p.telegram_message_id) IN (SELECT ?, ?, unnest(?))""")
                .params(channel.tenantId(), channel.channelId(), messageIds.toArray(Long[]::new))
                .query((row, number) -> stored(row))
                .list()
                .stream()
                .collect(Collectors.toMap(Stored::messageId, Function.identity()));
    }

    private static Stored stored(ResultSet row) throws SQLException {
        String sha256 = row.getString("file_sha256");
        return new Stored(
                row.getLong("telegram_message_id"),
                row.getString("content"),
                row.getString("attachment_text"),
                row.getLong("content_version"),
                sha256 == null
                        ? null
                        : new MediaFile(
                                sha256, row.getString("s3_key"), row.getString("mime"), row.getLong("size_bytes")),
                row.getString("missing"),
                row.getString("hash"),
                row.getLong("seen"),
                row.getBoolean("file_done"));
    }

    /** The content of a post in the preview. */
    record Shown(long messageId, String hash, long version, boolean fileDone) {}

    /** Stores the preview's content of posts that have rows. */
    void keep(LiveChannel channel, Collection<Shown> shown) {
        jdbc.sql(
                        """
                        INSERT INTO preview_posts AS v (tenant_id, channel_id, message_id, hash, version, file_done)
                        SELECT ?, ?, * FROM unnest(?::bigint[], ?::text[], ?::bigint[], ?::boolean[])
                        ON CONFLICT (tenant_id, channel_id, message_id) DO UPDATE SET hash = excluded.hash, version = excluded.version,
                            file_done = excluded.file_done, missing_since = NULL
                        WHERE (v.hash, v.version, v.file_done) IS DISTINCT FROM (excluded.hash, excluded.version, excluded.file_done)
                            OR v.missing_since IS NOT NULL""")
                .params(channel.tenantId(), channel.channelId())
                .param(shown.stream().map(Shown::messageId).toArray(Long[]::new))
                .param(shown.stream().map(Shown::hash).toArray(String[]::new))
                .param(shown.stream().map(Shown::version).toArray(Long[]::new))
                .param(shown.stream().map(Shown::fileDone).toArray(Boolean[]::new))
                .update();
    }

    /** Whether the preview has shown posts of the channel that are not deleted. */
    boolean hasShown(LiveChannel channel) {
        return jdbc.sql(
                        """
                        SELECT EXISTS (SELECT 1 FROM preview_posts v JOIN posts p ON p.tenant_id = v.tenant_id
                                AND p.channel_id = v.channel_id AND p.telegram_message_id = v.message_id
                            WHERE v.tenant_id = ? AND v.channel_id = ? AND NOT p.is_deleted)""")
                .params(channel.tenantId(), channel.channelId())
                .query(Boolean.class)
                .single();
    }

    /** A post that is missing from a page. */
    record Missing(UUID postId, long messageId, boolean again) {}

    /**
     * Returns the posts that the preview has shown before and that are missing from the range of a page, and marks them. A post is
     * missing again if an earlier pass has marked it.
     *
     * @param from number of the first message of the page
     * @param to number of the last message that the page can contain
     */
    List<Missing> missing(LiveChannel channel, long from, long to, Collection<Long> present, Instant now) {
        List<Missing> missing = jdbc.sql(
                        """
                        SELECT p.id AS post_id, v.message_id, v.missing_since IS NOT NULL AS again
                        FROM preview_posts v JOIN posts p ON p.tenant_id = v.tenant_id AND p.channel_id = v.channel_id
                            AND p.telegram_message_id = v.message_id
                        WHERE v.tenant_id = ? AND v.channel_id = ? AND v.message_id BETWEEN ? AND ? AND v.message_id <> ALL (?)
                            AND NOT p.is_deleted
                        ORDER BY v.message_id LIMIT ?""")
                .params(channel.tenantId(), channel.channelId(), from, to)
                .params(present.toArray(Long[]::new), MAX_COMPARED)
                .query(Missing.class)
                .list();
        if (!missing.isEmpty()) {
            jdbc.sql(
                            """
                            UPDATE preview_posts SET missing_since = coalesce(missing_since, ?)
                            WHERE (tenant_id, channel_id, message_id) IN (SELECT ?, ?, unnest(?))""")
                    .params(time(now), channel.tenantId(), channel.channelId())
                    .param(missing.stream().map(Missing::messageId).toArray(Long[]::new))
                    .update();
        }
        return missing;
    }

    /** Stores that the newest page is unchanged and the pass is complete. */
    void unchanged(LiveChannel channel, Instant now) {
        Pass pass =
                new Pass(channel.readUpTo(), channel.readUpTo(), channel.pass().until(), 0, 0);
        channels.progress(channel, new LiveChannels.Progress(pass, true, 0, null), null, now);
    }
}
