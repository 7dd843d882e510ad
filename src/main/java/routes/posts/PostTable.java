package routes.posts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.database.TableCopy;
import routes.events.Json;

/**
 * The SQL of {@code posts} and {@code post_edits}, limited to the columns that a source fills. Posts are read from the database as
 * JSON ({@link #POST}). They are written with {@code COPY} or, for updates, with one array per column; rows as JSON made an import
 * a sixth slower.
 */
final class PostTable {
    /** The column {@code post}: the {@link Post} of the row {@code p}. */
    static final String POST =
            """
            to_jsonb(p) || jsonb_build_object('text', p.content, 'edited', p.is_edited,
                'media', (SELECT jsonb_agg(jsonb_build_object('sha256', file_sha256) ORDER BY position)
                          FROM post_media_map m WHERE m.post_id = p.id),
                'counters', jsonb_build_object('views', p.views_count, 'forwards', p.forwards_count,
                                               'reactions', p.reactions_count, 'replies', p.replies_count),
                'forward', jsonb_build_object('chat_id', p.forward_from_chat_id, 'message_id', p.forward_from_message_id,
                                              'date', p.forward_date, 'name', p.forward_from_name)) AS post""";

    private static final ObjectMapper JSON = Json.newMapper();
    /** The columns that an update writes. Their values are sent as one array per column. */
    private static final List<Column> CONTENT = List.of(
            new Column("content", "text", saved -> saved.post().text()),
            new Column("entities", "jsonb", saved -> text(saved.post().entities())),
            new Column("attachment_text", "text", saved -> saved.post().attachmentText()),
            new Column("details", "jsonb", saved -> text(saved.post().details())),
            new Column("content_hash", "text", SavedPost::contentHash),
            new Column("urls", "jsonb", saved -> text(saved.post().urls())),
            new Column("edited_at", "timestamptz", saved -> saved.post().editedAt()),
            new Column("is_edited", "boolean", saved -> saved.post().edited()),
            new Column("telegram_post_url", "text", saved -> saved.post().telegramPostUrl()),
            new Column("has_media", "boolean", saved -> saved.post().hasMedia()),
            new Column("grouped_id", "bigint", saved -> saved.post().groupedId()),
            new Column("views_count", "int", saved -> saved.post().counters().views()),
            new Column("forwards_count", "int", saved -> saved.post().counters().forwards()),
            new Column(
                    "reactions_count", "int", saved -> saved.post().counters().reactions()),
            new Column("replies_count", "int", saved -> saved.post().counters().replies()),
            new Column("forward_from_chat_id", "bigint", saved -> saved.post()
                    .forward()
                    .chatId()),
            new Column("forward_from_message_id", "bigint", saved -> saved.post()
                    .forward()
                    .messageId()),
            new Column("forward_date", "timestamptz", saved -> saved.post()
                    .forward()
                    .date()),
            new Column(
                    "forward_from_name", "text", saved -> saved.post().forward().name()),
            new Column("reply_to_message_id", "bigint", saved -> saved.post().replyToMessageId()),
            new Column("author_name", "text", saved -> saved.post().authorName()),
            new Column("content_version", "bigint", saved -> saved.post().contentVersion()),
            new Column("trace_id", "text", SavedPost::traceId));

    private final DataSource database;
    private final JdbcClient jdbc;
    private final Duration timeToLive;
    private final Clock clock;
    private final List<Column> columns;

    /** @param type PostgreSQL type; values are sent in its text form */
    private record Column(String name, String type, Function<SavedPost, Object> value) {
        String[] values(List<SavedPost> posts) {
            return posts.stream()
                    .map(post -> Objects.toString(value.apply(post), null))
                    .toArray(String[]::new);
        }
    }

    PostTable(DataSource database, Duration timeToLive, Clock clock) {
        this.columns = Stream.concat(
                        Stream.of(
                                new Column("id", "uuid", SavedPost::id),
                                new Column("telegram_message_id", "bigint", saved -> saved.post()
                                        .telegramMessageId()),
                                new Column("posted_at", "timestamptz", saved -> saved.post()
                                        .postedAt()),
                                new Column(
                                        "expires_at",
                                        "timestamptz",
                                        saved -> expiry(saved.post().postedAt()))),
                        CONTENT.stream())
                .toList();
        this.database = database;
        jdbc = JdbcClient.create(database);
        this.timeToLive = timeToLive;
        this.clock = clock;
    }

    /**
     * The row of a post. Its media contain only the hashes.
     *
     * @param deletion why it was deleted; null if it is not deleted
     */
    record StoredPost(UUID id, DeletionReason deletion, String traceId, Post post) {}

    /**
     * The result of a batch for one post: the resulting row and the post as it arrived.
     *
     * @param contentHash hash of the row's content; null for an unchanged row
     */
    record SavedPost(UUID id, String traceId, PostMerge merge, Post arrived, String contentHash) {
        SavedPost(UUID id, String traceId, PostMerge merge, Post arrived) {
            this(id, traceId, merge, arrived, hash(merge));
        }

        private static String hash(PostMerge merge) {
            return merge.outcome() == PostMerge.Outcome.UNCHANGED
                    ? null
                    : merge.post().contentHash();
        }

        Post post() {
            return merge.post();
        }

        PostMerge.Outcome outcome() {
            return merge.outcome();
        }

        /** Whether ingest publishes the post again, so that the stages process it again. */
        boolean isPublishedAgain() {
            return is(PostMerge.Outcome.EDITED) || is(PostMerge.Outcome.RESTORED);
        }

        boolean is(PostMerge.Outcome outcome) {
            return merge.outcome() == outcome;
        }
    }

    /** Returns the existing rows by Telegram's message id. {@link PostLock#takeChannel} explains the form of the query. */
    Map<Long, StoredPost> read(UUID tenantId, UUID channelId, Collection<Long> messageIds) {
        return read(
                        "(tenant_id, channel_id, telegram_message_id) IN (SELECT ?, ?, unnest(?))",
                        tenantId,
                        channelId,
                        messageIds.toArray(Long[]::new))
                .stream()
                .collect(Collectors.toMap(stored -> stored.post().telegramMessageId(), stored -> stored));
    }

    /** Returns the existing rows by post id. */
    Map<UUID, StoredPost> read(Collection<UUID> ids) {
        return read("id = ANY (?)", (Object) ids.toArray(UUID[]::new)).stream()
                .collect(Collectors.toMap(StoredPost::id, stored -> stored));
    }

    /** Rows that were deleted before deletion reasons were stored stay deleted. */
    private List<StoredPost> read(String condition, Object... parameters) {
        return jdbc.sql("SELECT p.id, p.is_deleted, p.deletion_reason, p.trace_id, " + POST + " FROM posts p WHERE "
                        + condition)
                .params(parameters)
                .query((row, n) -> new StoredPost(
                        row.getObject("id", UUID.class),
                        row.getBoolean("is_deleted") ? DeletionReason.of(row.getString("deletion_reason")) : null,
                        row.getString("trace_id"),
                        post(row)))
                .list();
    }

    /** Reads the column {@link #POST}. */
    static Post post(ResultSet row) throws SQLException {
        try {
            return JSON.readValue(row.getString("post"), Post.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "The post " + row.getString("id") + " cannot be read back as it was written", e);
        }
    }

    void insert(UUID tenantId, UUID channelId, List<SavedPost> posts, Runnable meanwhile) {
        if (posts.isEmpty()) {
            meanwhile.run();
            return;
        }
        TableCopy.insert(
                database,
                "posts (tenant_id, channel_id, " + joined(columns, Column::name) + ")",
                posts.stream().map(post -> row(tenantId, channelId, post)),
                meanwhile);
    }

    private Object[] row(UUID tenantId, UUID channelId, SavedPost post) {
        return Stream.concat(Stream.of(tenantId, channelId), columns.stream().map(column -> column.value()
                        .apply(post)))
                .toArray();
    }

    /** Writes the merged posts. */
    void update(List<SavedPost> posts) {
        write(
                """
                UPDATE posts p SET updated_at = now(), %2$s FROM %1$s WHERE p.id = r.id AND NOT p.is_deleted""",
                posts);
    }

    /** Restores tombstones as posts. Must be called before {@link #update}. Their time to live restarts as for new posts. */
    void revive(List<SavedPost> posts) {
        write(
                """
                UPDATE posts p SET is_deleted = false, deleted_at = NULL, deletion_reason = NULL, cleaned_at = NULL,
                    restored_at = now(), expires_at = r.expires_at
                FROM %1$s WHERE p.id = r.id""",
                posts);
    }

    /** Resets the stage states of these posts, because the pipeline restarts for them. */
    void restart(List<UUID> postIds) {
        update(
                """
                UPDATE posts SET tagging_status = 'pending', tagging_attempts = 0, last_tagging_attempt = NULL,
                    tagging_error = NULL, indexing_status = 'pending', indexing_error = NULL
                WHERE id = ANY (?)""",
                postIds);
    }

    /** Saves the current texts as old versions. Must be called before {@link #update}. */
    void keepOldTexts(List<UUID> postIds) {
        update(
                """
                INSERT INTO post_edits (post_id, content_version, content, attachment_text, content_hash)
                SELECT id, content_version, content, attachment_text, content_hash FROM posts WHERE id = ANY (?)
                ON CONFLICT DO NOTHING""",
                postIds);
    }

    private void update(String sql, List<UUID> postIds) {
        if (!postIds.isEmpty()) {
            jdbc.sql(sql).param(postIds.toArray(UUID[]::new)).update();
        }
    }

    /** The SQL can refer to the rows as {@code r} (1) and to the assignments of the content (2). */
    private void write(String sql, List<SavedPost> posts) {
        if (!posts.isEmpty()) {
            String names = joined(columns, Column::name);
            String rows =
                    "unnest(" + joined(columns, column -> "?::" + column.type() + "[]") + ") AS r (" + names + ")";
            String assignments = joined(CONTENT, column -> column.name() + " = r." + column.name());
            jdbc.sql(sql.formatted(rows, assignments))
                    .params(columns.stream().map(column -> column.values(posts)).toArray())
                    .update();
        }
    }

    private static String joined(List<Column> columns, Function<Column, String> part) {
        return columns.stream().map(part).collect(Collectors.joining(", "));
    }

    /** Returns JSON for {@code jsonb_to_recordset}: records as objects with their components in snake case. */
    static String json(List<?> rows) {
        return text(rows);
    }

    /** Returns the value as JSON; null for null. */
    private static String text(Object value) {
        try {
            return value == null ? null : JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write a record as JSON", e);
        }
    }

    private String expiry(Instant postedAt) {
        Instant now = clock.instant();
        Instant start = postedAt.isAfter(now) ? postedAt : now;
        return timeToLive.isZero() ? null : start.plus(timeToLive).toString();
    }

    static OffsetDateTime time(Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
