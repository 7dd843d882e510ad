package routes.ingest.live;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.events.MediaFile;
import routes.events.StorableText;
import routes.ingest.live.LiveChannel.Depth;
import routes.ingest.live.LiveChannel.Pass;
import routes.posts.ChannelIdentity;

/** The SQL of {@code live_channels} for channels that are read through accounts, and of {@code telegram_files}. */
@Component
class LiveChannels {
    private static final int MAX_ERROR = 500;

    static final String ROWS =
            """
            SELECT l.*, c.username, c.tg_channel_id, c.title,
                   coalesce((SELECT min(s.user_id) FROM user_channel s JOIN users u ON u.id = s.user_id
                             WHERE s.channel_id = l.channel_id AND u.tenant_id = l.tenant_id AND s.is_active), 0) AS reader
            FROM live_channels l JOIN channels c ON c.id = l.channel_id
            """;

    private final JdbcClient jdbc;

    LiveChannels(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Adds the channels that users have subscribed to, and removes those without a subscriber in the tenant. Channels of old
     * exports without a Telegram id are not read live.
     *
     * @param historyFrom start of the history of new channels
     * @param source the source of new channels: telegram or preview
     */
    void follow(Instant historyFrom, String source) {
        jdbc.sql(
                        """
                        WITH wanted AS (
                            SELECT DISTINCT u.tenant_id, s.channel_id
                            FROM user_channel s JOIN users u ON u.id = s.user_id JOIN channels c ON c.id = s.channel_id
                            WHERE s.is_active AND c.is_active
                                AND (c.username IS NOT NULL OR c.tg_channel_id IS NOT NULL)
                                AND coalesce(c.tg_channel_id, 1) <= ?),
                        gone AS (
                            DELETE FROM live_channels l WHERE NOT EXISTS (
                                SELECT 1 FROM wanted w WHERE w.tenant_id = l.tenant_id AND w.channel_id = l.channel_id))
                        INSERT INTO live_channels (tenant_id, channel_id, history_from, source)
                        SELECT tenant_id, channel_id, ?, ? FROM wanted
                        ON CONFLICT DO NOTHING""")
                .params(ChannelIdentity.LAST_TELEGRAM_ID, time(historyFrom), source)
                .update();
    }

    List<LiveChannel> all() {
        return jdbc.sql(ROWS + "WHERE l.source = 'telegram' ORDER BY l.created_at, l.channel_id")
                .query(LiveChannels::row)
                .list();
    }

    /** Returns the rows of one chat, or of one channel that is not found yet: one row per tenant. */
    List<LiveChannel> ofSameChat(LiveChannel channel) {
        return channel.isFound()
                ? jdbc.sql(ROWS + "WHERE l.account = ? AND l.chat_id = ?")
                        .params(channel.account(), channel.chatId())
                        .query(LiveChannels::row)
                        .list()
                : jdbc.sql(ROWS + "WHERE l.source = 'telegram' AND l.channel_id = ? AND l.chat_id IS NULL")
                        .param(channel.channelId())
                        .query(LiveChannels::row)
                        .list();
    }

    static LiveChannel row(ResultSet row, int number) throws SQLException {
        String wanted = row.getString("wanted");
        return new LiveChannel(
                row.getObject("tenant_id", UUID.class),
                row.getObject("channel_id", UUID.class),
                row.getString("username"),
                row.getObject("tg_channel_id", Long.class),
                row.getString("title"),
                row.getLong("reader"),
                row.getString("account"),
                row.getObject("chat_id", Long.class),
                instant(row, "history_from"),
                instant(row, "history_done_at"),
                row.getLong("read_up_to"),
                row.getObject("pass_next") == null
                        ? null
                        : new Pass(
                                row.getLong("pass_top"),
                                row.getLong("pass_next"),
                                instant(row, "pass_until"),
                                row.getInt("pass_min"),
                                row.getInt("pass_read")),
                wanted == null ? null : Depth.valueOf(wanted.toUpperCase(Locale.ROOT)),
                instant(row, "passed_at"),
                instant(row, "paused_at"),
                instant(row, "retry_at"),
                row.getInt("failures"),
                row.getString("etag"),
                row.getString("last_modified"));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    static OffsetDateTime time(Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }

    /** Returns the tenant that manages an account; the default tenant for an account that is not stored yet. */
    UUID tenant(String account) {
        return jdbc.sql(
                        """
                        SELECT coalesce((SELECT tenant_id FROM telegram_accounts WHERE name = ?),
                                        (SELECT id FROM tenants WHERE name = 'default'))""")
                .param(account)
                .query(UUID.class)
                .single();
    }

    /**
     * Stores for these tenants that the channel was found in Telegram. If it was read before, a deep pass is requested, because
     * messages may be missing.
     */
    void found(UUID channelId, String account, long chatId, Collection<UUID> tenants) {
        jdbc.sql(
                        """
                        UPDATE live_channels SET account = ?, chat_id = ?, error = NULL, failures = 0, retry_at = NULL, flood_until = NULL,
                            wanted = CASE WHEN history_done_at IS NOT NULL THEN 'deep' END
                        WHERE channel_id = ? AND tenant_id = ANY (?) AND account IS NULL AND source = 'telegram'""")
                .params(account, chatId, channelId, tenants.toArray(UUID[]::new))
                .update();
    }

    /** Changes the source of channels. Stored messages are kept; a deep pass finds what the old source has not shown. */
    void move(String source, String condition, Object... parameters) {
        jdbc.sql(
                        """
                        UPDATE live_channels l SET source = ?, source_since = now(), account = NULL, chat_id = NULL, pass_top = NULL,
                            pass_next = NULL, pass_until = NULL, pass_min = NULL, pass_read = NULL, etag = NULL, last_modified = NULL,
                            error = NULL, failures = 0, retry_at = NULL, flood_until = NULL,
                            wanted = CASE WHEN history_done_at IS NOT NULL THEN 'deep' END
                        WHERE\s"""
                                + condition)
                .param(source)
                .params(parameters)
                .update();
    }

    /** Detaches channels from removed accounts, so that they are looked up again with the remaining accounts. */
    void release(List<String> accounts) {
        jdbc.sql("UPDATE live_channels SET account = NULL, chat_id = NULL WHERE account <> ALL (?)")
                .param(accounts.toArray(String[]::new))
                .update();
    }

    /** Stores why the channels of an account cannot be read. The next successful step clears the reason. */
    void signedOut(String account, String reason) {
        jdbc.sql("UPDATE live_channels SET error = ? WHERE account = ?")
                .params(reason, account)
                .update();
    }

    /**
     * Stores the start of the requested pass. A later request starts another pass.
     *
     * @return false if another pass has been requested in the meantime
     */
    boolean begin(LiveChannel channel) {
        Pass pass = channel.pass();
        String taken = channel.wanted() == null ? null : channel.wanted().name().toLowerCase(Locale.ROOT);
        return jdbc.sql(
                                """
                                UPDATE live_channels SET pass_top = 0, pass_next = 0, pass_until = ?, pass_min = ?, pass_read = 0, wanted = NULL
                                WHERE tenant_id = ? AND channel_id = ? AND wanted IS NOT DISTINCT FROM ?""")
                        .params(time(pass.until()), pass.min(), channel.tenantId(), channel.channelId())
                        .param(taken)
                        .update()
                == 1;
    }

    /**
     * The result of a page; stored in the transaction that saves its posts.
     *
     * @param oldest time of the oldest message; null for an empty page
     */
    record Progress(Pass pass, boolean complete, int messages, Instant oldest) {}

    /**
     * Stores the progress of a pass.
     *
     * @param lastPost time of the newest post of the page; null if it has no posts
     */
    void progress(LiveChannel channel, Progress progress, Instant lastPost, Instant now) {
        Pass pass = progress.pass();
        jdbc.sql(
                        """
                        UPDATE live_channels SET pass_top = :top, pass_next = :next, pass_until = :until, pass_min = :min, pass_read = :read,
                            messages_read = messages_read + :messages,
                            last_post_at = greatest(last_post_at, :last), reached_at = coalesce(:oldest, reached_at),
                            error = NULL, failures = 0, retry_at = NULL, flood_until = NULL
                        WHERE tenant_id = :tenant AND channel_id = :channel""")
                .param("top", progress.complete() ? null : (Long) pass.top())
                .param("next", progress.complete() ? null : (Long) pass.next())
                .param("until", progress.complete() ? null : time(pass.until()))
                .param("min", progress.complete() ? null : (Integer) pass.min())
                .param("read", progress.complete() ? null : (Integer) pass.read())
                .param("messages", progress.messages())
                .param("last", time(lastPost))
                .param("oldest", time(progress.oldest()), Types.TIMESTAMP_WITH_TIMEZONE)
                .param("tenant", channel.tenantId())
                .param("channel", channel.channelId())
                .update();
        if (progress.complete()) {
            jdbc.sql(
                            """
                            UPDATE live_channels SET read_up_to = greatest(read_up_to, ?), passed_at = ?,
                                history_done_at = coalesce(history_done_at, ?),
                                wanted_by = CASE WHEN wanted IS NULL THEN NULL ELSE wanted_by END
                            WHERE tenant_id = ? AND channel_id = ?""")
                    .params(pass.top(), time(now), time(now), channel.tenantId(), channel.channelId())
                    .update();
        }
    }

    /** Stores that updates of the chat were applied; called in their transaction. */
    void updated(LiveChannel channel, Instant lastPost, Instant now) {
        jdbc.sql(
                        """
                        UPDATE live_channels SET last_update_at = ?, last_post_at = greatest(last_post_at, ?), error = NULL, failures = 0
                        WHERE tenant_id = ? AND channel_id = ?""")
                .params(time(now), time(lastPost), channel.tenantId(), channel.channelId())
                .update();
    }

    /** Requests a pass for channels of an account. A requested deep pass is not replaced by a recent one. */
    void want(String account, Collection<Long> chatIds, Depth depth) {
        want("account = ? AND chat_id = ANY (?)", depth, account, chatIds.toArray(Long[]::new));
    }

    void wantAll(String account, Depth depth) {
        want("account = ?", depth, account);
    }

    private void want(String condition, Depth depth, Object... parameters) {
        jdbc.sql("UPDATE live_channels SET wanted = CASE wanted WHEN 'deep' THEN wanted ELSE ? END WHERE " + condition)
                .param(depth.name().toLowerCase(Locale.ROOT))
                .params(parameters)
                .update();
    }

    /** @param flood whether Telegram has set the pause */
    void failed(LiveChannel channel, String error, Instant retryAt, boolean flood) {
        jdbc.sql(
                        """
                        UPDATE live_channels SET error = ?, failures = failures + 1, retry_at = ?, flood_until = ?
                        WHERE tenant_id = ? AND channel_id = ?""")
                .params(StorableText.cut(error, MAX_ERROR), time(retryAt))
                .param(flood ? time(retryAt) : null)
                .params(channel.tenantId(), channel.channelId())
                .update();
    }

    /**
     * Stores a flood wait of an account. Telegram limits lookups of names separately from reading.
     *
     * @param account null for a flood wait while channels are looked up
     */
    void flooded(String account, String error, Instant until) {
        jdbc.sql(
                        """
                        UPDATE live_channels SET error = ?, retry_at = greatest(retry_at, ?), flood_until = greatest(flood_until, ?)
                        WHERE account IS NOT DISTINCT FROM ? AND source = 'telegram'""")
                .params(StorableText.cut(error, MAX_ERROR), time(until), time(until))
                .param(account)
                .update();
    }

    /** Returns those of the messages that have a row, deleted or not. */
    Set<Long> stored(LiveChannel channel, Collection<Long> messageIds) {
        return new HashSet<>(jdbc.sql(
                        """
                                SELECT telegram_message_id FROM posts
                                WHERE (tenant_id, channel_id, telegram_message_id) IN (SELECT ?, ?, unnest(?))""")
                .params(channel.tenantId(), channel.channelId(), messageIds.toArray(Long[]::new))
                .query(Long.class)
                .list());
    }

    /** Returns the first stored message of the period for which the channel is read. */
    Optional<Long> firstStored(LiveChannel channel) {
        return jdbc.sql(
                        """
                        SELECT telegram_message_id FROM posts
                        WHERE tenant_id = ? AND channel_id = ? AND posted_at >= ? AND NOT is_deleted
                        ORDER BY posted_at, number LIMIT 1""")
                .params(channel.tenantId(), channel.channelId(), time(channel.historyFrom()))
                .query(Long.class)
                .optional();
    }

    /** Returns the files that are already in the object store, by Telegram's unique id. */
    Map<String, MediaFile> files(UUID tenantId, Collection<String> uniqueIds) {
        Map<String, MediaFile> files = new HashMap<>();
        if (!uniqueIds.isEmpty()) {
            jdbc.sql(
                            """
                            SELECT f.unique_id, o.file_sha256, o.s3_key, o.mime, o.size_bytes
                            FROM telegram_files f JOIN media_objects o USING (tenant_id, file_sha256)
                            WHERE f.tenant_id = ? AND f.unique_id = ANY (?)""")
                    .params(tenantId, uniqueIds.toArray(String[]::new))
                    .query(row -> {
                        files.put(
                                row.getString("unique_id"),
                                new MediaFile(
                                        row.getString("file_sha256"),
                                        row.getString("s3_key"),
                                        row.getString("mime"),
                                        row.getLong("size_bytes")));
                    });
        }
        return files;
    }

    /** @param files SHA-256 of each file, by Telegram's unique id */
    void keep(UUID tenantId, Map<String, String> files) {
        if (!files.isEmpty()) {
            List<String> uniqueIds = files.keySet().stream().sorted().toList();
            jdbc.sql(
                            """
                            INSERT INTO telegram_files (tenant_id, unique_id, file_sha256)
                            SELECT ?, * FROM unnest(?::text[], ?::text[])
                            ON CONFLICT (tenant_id, unique_id) DO UPDATE SET file_sha256 = excluded.file_sha256
                                WHERE telegram_files.file_sha256 <> excluded.file_sha256""")
                    .params(tenantId, uniqueIds.toArray(String[]::new))
                    .param(uniqueIds.stream().map(files::get).toArray(String[]::new))
                    .update();
        }
    }
}
