package routes.posts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.events.Json;
import routes.events.MediaFile;
import routes.events.TextEntity;

/** The SQL of {@code posts} and {@code post_edits}: only the columns that a source fills. */
final class PostTable {
    private static final int ROWS_PER_STATEMENT = 500;
    private static final String SELECT =
            """
            SELECT p.*, ARRAY(SELECT file_sha256 FROM post_media_map m WHERE m.post_id = p.id ORDER BY position) AS files
            FROM posts p
            """;
    private static final ObjectMapper JSON = Json.newMapper();
    private static final TypeReference<List<String>> STRINGS = new TypeReference<>() {};
    private static final TypeReference<List<TextEntity>> ENTITIES = new TypeReference<>() {};
    private static final TypeReference<Details> DETAILS = new TypeReference<>() {};

    private final JdbcTemplate jdbc;

    PostTable(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** The existing rows by Telegram's message id. {@link ChannelLock} explains the form of the query. */
    Map<Long, StoredPost> read(UUID tenantId, UUID channelId, Collection<Long> messageIds) {
        var rows = new HashMap<Long, StoredPost>();
        jdbc.query(
                SELECT + "WHERE (tenant_id, channel_id, telegram_message_id) IN (SELECT ?, ?, unnest(?))",
                row -> {
                    StoredPost post = stored(row);
                    rows.put(post.post().telegramMessageId(), post);
                },
                tenantId,
                channelId,
                messageIds.toArray(Long[]::new));
        return rows;
    }

    Optional<StoredPost> read(UUID id) {
        return Optional.ofNullable(read(List.of(id)).get(id));
    }

    /** The existing rows by post id. */
    Map<UUID, StoredPost> read(Collection<UUID> ids) {
        return jdbc
                .query(SELECT + "WHERE id = ANY (?)", (row, n) -> stored(row), (Object) ids.toArray(UUID[]::new))
                .stream()
                .collect(Collectors.toMap(StoredPost::id, post -> post));
    }

    void insert(UUID tenantId, UUID channelId, List<SavedPost> posts, Instant now, Duration timeToLive) {
        jdbc.batchUpdate(
                """
                INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, posted_at, expires_at, trace_id,
                    content, entities, attachment_text, details, content_hash, urls, edited_at, is_edited, telegram_post_url, has_media, grouped_id,
                    views_count, forwards_count, reactions_count, replies_count, forward_from_chat_id,
                    forward_from_message_id, forward_date, forward_from_name, reply_to_message_id, author_name,
                    content_version)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?::jsonb, ?, ?::jsonb, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                posts,
                ROWS_PER_STATEMENT,
                (statement, saved) -> {
                    Post post = saved.post();
                    statement.setObject(1, saved.id());
                    statement.setObject(2, tenantId);
                    statement.setObject(3, channelId);
                    statement.setLong(4, post.telegramMessageId());
                    statement.setObject(5, time(post.postedAt()));
                    statement.setObject(6, expiry(post.postedAt(), now, timeToLive), Types.TIMESTAMP_WITH_TIMEZONE);
                    statement.setString(7, saved.traceId());
                    setContent(statement, 8, saved);
                });
    }

    /** Writes the merged posts. */
    void update(List<SavedPost> posts) {
        jdbc.batchUpdate(
                """
                UPDATE posts SET content = ?, entities = ?::jsonb, attachment_text = ?, details = ?::jsonb,
                    content_hash = ?, urls = ?::jsonb, edited_at = ?, is_edited = ?,
                    telegram_post_url = ?, has_media = ?, grouped_id = ?, views_count = ?, forwards_count = ?,
                    reactions_count = ?, replies_count = ?, forward_from_chat_id = ?, forward_from_message_id = ?,
                    forward_date = ?, forward_from_name = ?, reply_to_message_id = ?, author_name = ?, content_version = ?,
                    trace_id = ?, updated_at = now()
                WHERE id = ? AND NOT is_deleted""",
                posts,
                ROWS_PER_STATEMENT,
                (statement, saved) -> {
                    int next = setContent(statement, 1, saved);
                    statement.setString(next, saved.traceId());
                    statement.setObject(next + 1, saved.id());
                });
    }

    /** The pipeline restarts for these posts, so their states are reset. */
    void restart(List<UUID> postIds) {
        if (!postIds.isEmpty()) {
            jdbc.update(
                    """
                    UPDATE posts SET tagging_status = 'pending', tagging_attempts = 0, last_tagging_attempt = NULL,
                        tagging_error = NULL, indexing_status = 'pending', indexing_error = NULL
                    WHERE id = ANY (?)""",
                    (Object) postIds.toArray(UUID[]::new));
        }
    }

    /** Restores tombstones as posts. Must be called before {@link #update}. Their time to live restarts, as for a new post. */
    void revive(List<SavedPost> posts, Instant now, Duration timeToLive) {
        jdbc.batchUpdate(
                """
                UPDATE posts SET is_deleted = false, deleted_at = NULL, deletion_reason = NULL, cleaned_at = NULL,
                    restored_at = now(), expires_at = ?
                WHERE id = ?""",
                posts,
                ROWS_PER_STATEMENT,
                (statement, saved) -> {
                    statement.setObject(
                            1, expiry(saved.post().postedAt(), now, timeToLive), Types.TIMESTAMP_WITH_TIMEZONE);
                    statement.setObject(2, saved.id());
                });
    }

    /** Saves the present texts as old versions. Must be called before {@link #update}. */
    void keepOldTexts(List<UUID> postIds) {
        if (postIds.isEmpty()) {
            return;
        }
        jdbc.update(
                """
                INSERT INTO post_edits (post_id, content_version, content, attachment_text, content_hash)
                SELECT id, content_version, content, attachment_text, content_hash FROM posts WHERE id = ANY (?)
                ON CONFLICT DO NOTHING""",
                (Object) postIds.toArray(UUID[]::new));
    }

    private int setContent(PreparedStatement statement, int first, SavedPost saved) throws SQLException {
        Post post = saved.post();
        int i = first;
        statement.setString(i++, post.text());
        statement.setString(i++, post.entities() == null ? null : write(post.entities()));
        statement.setString(i++, post.attachmentText());
        statement.setString(i++, write(post.details()));
        statement.setString(i++, saved.contentHash());
        statement.setString(i++, write(post.urls()));
        statement.setObject(i++, time(post.editedAt()), Types.TIMESTAMP_WITH_TIMEZONE);
        statement.setBoolean(i++, post.edited());
        statement.setString(i++, post.telegramPostUrl());
        statement.setBoolean(i++, post.hasMedia());
        statement.setObject(i++, post.groupedId(), Types.BIGINT);
        statement.setInt(i++, post.counters().views());
        statement.setInt(i++, post.counters().forwards());
        statement.setInt(i++, post.counters().reactions());
        statement.setInt(i++, post.counters().replies());
        statement.setObject(i++, post.forward().chatId(), Types.BIGINT);
        statement.setObject(i++, post.forward().messageId(), Types.BIGINT);
        statement.setObject(i++, time(post.forward().date()), Types.TIMESTAMP_WITH_TIMEZONE);
        statement.setString(i++, post.forward().name());
        statement.setObject(i++, post.replyToMessageId(), Types.BIGINT);
        statement.setString(i++, post.authorName());
        statement.setLong(i++, post.contentVersion());
        return i;
    }

    static StoredPost stored(ResultSet row) throws SQLException {
        var files = (String[]) row.getArray("files").getArray();
        Post post = PostBuilder.builder()
                .telegramMessageId(row.getLong("telegram_message_id"))
                .contentVersion(row.getLong("content_version"))
                .text(row.getString("content"))
                .entities(read(row, "entities", ENTITIES))
                .attachmentText(row.getString("attachment_text"))
                .urls(read(row, "urls", STRINGS))
                .postedAt(instant(row, "posted_at"))
                .editedAt(instant(row, "edited_at"))
                .edited(row.getBoolean("is_edited"))
                .telegramPostUrl(row.getString("telegram_post_url"))
                .hasMedia(row.getBoolean("has_media"))
                .media(Arrays.stream(files)
                        .map(sha256 -> new MediaFile(sha256, null, null, null))
                        .toList())
                .groupedId(row.getObject("grouped_id", Long.class))
                .counters(new Counters(
                        row.getInt("views_count"),
                        row.getInt("forwards_count"),
                        row.getInt("reactions_count"),
                        row.getInt("replies_count")))
                .forward(new Forward(
                        row.getObject("forward_from_chat_id", Long.class),
                        row.getObject("forward_from_message_id", Long.class),
                        instant(row, "forward_date"),
                        row.getString("forward_from_name")))
                .replyToMessageId(row.getObject("reply_to_message_id", Long.class))
                .authorName(row.getString("author_name"))
                .details(read(row, "details", DETAILS))
                .build();
        return new StoredPost(row.getObject("id", UUID.class), deletion(row), row.getString("trace_id"), post);
    }

    /** Rows that were deleted before reasons were stored stay deleted. */
    private static DeletionReason deletion(ResultSet row) throws SQLException {
        return row.getBoolean("is_deleted") ? DeletionReason.of(row.getString("deletion_reason")) : null;
    }

    private static OffsetDateTime expiry(Instant postedAt, Instant now, Duration timeToLive) {
        Instant start = postedAt.isAfter(now) ? postedAt : now;
        return timeToLive.isZero() ? null : time(start.plus(timeToLive));
    }

    private static OffsetDateTime time(Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private String write(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A part of a post is always JSON", e);
        }
    }

    private static <T> T read(ResultSet row, String column, TypeReference<T> type) throws SQLException {
        String text = row.getString(column);
        try {
            return text == null ? null : JSON.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("posts." + column + " is not as it was written", e);
        }
    }
}
