package routes.posts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.events.Json;

/**
 * The SQL of {@code posts} and {@code post_edits}: only the columns that a source fills. Posts go to and from the database as JSON.
 * A component of {@link Post} has the name of its column, unless {@link #POST} and {@link #row} map it.
 */
final class PostTable {
    /** The column {@code post}: the {@link Post} in the row {@code p}. */
    static final String POST =
            """
            to_jsonb(p) || jsonb_build_object('text', p.content, 'edited', p.is_edited,
                'media', (SELECT jsonb_agg(jsonb_build_object('sha256', file_sha256) ORDER BY position)
                          FROM post_media_map m WHERE m.post_id = p.id),
                'counters', jsonb_build_object('views', p.views_count, 'forwards', p.forwards_count,
                                               'reactions', p.reactions_count, 'replies', p.replies_count),
                'forward', jsonb_build_object('chat_id', p.forward_from_chat_id, 'message_id', p.forward_from_message_id,
                                              'date', p.forward_date, 'name', p.forward_from_name)) AS post""";

    private static final String CONTENT =
            """
            content, entities, attachment_text, details, content_hash, urls, edited_at, is_edited, telegram_post_url, has_media,
            grouped_id, views_count, forwards_count, reactions_count, replies_count, forward_from_chat_id,
            forward_from_message_id, forward_date, forward_from_name, reply_to_message_id, author_name, content_version, trace_id
            """;

    private static final ObjectMapper JSON = Json.newMapper();
    private final JdbcClient jdbc;
    private final Duration timeToLive;
    private final Clock clock;

    PostTable(JdbcClient jdbc, Duration timeToLive, Clock clock) {
        this.jdbc = jdbc;
        this.timeToLive = timeToLive;
        this.clock = clock;
    }

    /**
     * The row of a post. Of its media it contains only the hashes.
     *
     * @param deletion why it was deleted; null if it is not
     */
    record StoredPost(UUID id, DeletionReason deletion, String traceId, Post post) {}

    /** The result of a batch for one post: the row as it is now, and the post as it arrived. */
    record SavedPost(UUID id, String traceId, PostMerge merge, Post arrived) {
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

    /** The existing rows by Telegram's message id. {@link PostLock#takeChannel} explains the form of the query. */
    Map<Long, StoredPost> read(UUID tenantId, UUID channelId, Collection<Long> messageIds) {
        return read(
                        "(tenant_id, channel_id, telegram_message_id) IN (SELECT ?, ?, unnest(?))",
                        tenantId,
                        channelId,
                        messageIds.toArray(Long[]::new))
                .stream()
                .collect(Collectors.toMap(stored -> stored.post().telegramMessageId(), stored -> stored));
    }

    /** The existing rows by post id. */
    Map<UUID, StoredPost> read(Collection<UUID> ids) {
        return read("id = ANY (?)", (Object) ids.toArray(UUID[]::new)).stream()
                .collect(Collectors.toMap(StoredPost::id, stored -> stored));
    }

    /** Rows that were deleted before reasons were stored stay deleted. */
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

    /** The column {@link #POST}. */
    static Post post(ResultSet row) throws SQLException {
        try {
            return JSON.readValue(row.getString("post"), Post.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The post " + row.getString("id") + " is not as it was written", e);
        }
    }

    void insert(UUID tenantId, UUID channelId, List<SavedPost> posts) {
        write(
                """
                INSERT INTO posts (tenant_id, channel_id, id, telegram_message_id, posted_at, expires_at, %1$s)
                SELECT ?, ?, id, telegram_message_id, posted_at, expires_at, %1$s
                FROM jsonb_populate_recordset(NULL::posts, ?::jsonb)""",
                posts, tenantId, channelId);
    }

    /** Writes the merged posts. */
    void update(List<SavedPost> posts) {
        write(
                """
                UPDATE posts p SET updated_at = now(),
                    (%1$s) = (SELECT %1$s FROM jsonb_populate_record(NULL::posts, changed.post))
                FROM jsonb_array_elements(?::jsonb) AS changed (post)
                WHERE p.id = (changed.post ->> 'id')::uuid AND NOT p.is_deleted""",
                posts);
    }

    /** Restores tombstones as posts. Must be called before {@link #update}. Their time to live restarts, as for a new post. */
    void revive(List<SavedPost> posts) {
        write(
                """
                UPDATE posts p SET is_deleted = false, deleted_at = NULL, deletion_reason = NULL, cleaned_at = NULL,
                    restored_at = now(), expires_at = back.expires_at
                FROM jsonb_populate_recordset(NULL::posts, ?::jsonb) AS back WHERE p.id = back.id""",
                posts);
    }

    /** The pipeline restarts for these posts, so their states are reset. */
    void restart(List<UUID> postIds) {
        update(
                """
                UPDATE posts SET tagging_status = 'pending', tagging_attempts = 0, last_tagging_attempt = NULL,
                    tagging_error = NULL, indexing_status = 'pending', indexing_error = NULL
                WHERE id = ANY (?)""",
                postIds);
    }

    /** Saves the present texts as old versions. Must be called before {@link #update}. */
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

    /** The rows are the last parameter, after the given ones. */
    private void write(String sql, List<SavedPost> posts, Object... parameters) {
        if (!posts.isEmpty()) {
            jdbc.sql(sql.formatted(CONTENT))
                    .params(parameters)
                    .param(json(posts.stream().map(this::row).toList()))
                    .update();
        }
    }

    /** For {@code jsonb_to_recordset}: records as objects, their components in snake case. */
    static String json(List<?> rows) {
        return JSON.valueToTree(rows).toString();
    }

    private ObjectNode row(SavedPost saved) {
        Post post = saved.post();
        ObjectNode row = JSON.valueToTree(post);
        // no columns; the text, which is one under another name, would double the size
        row.remove(List.of("text", "edited", "media", "media_kind", "skipped_files", "counters", "forward"));
        return row.put("id", saved.id().toString())
                .put("trace_id", saved.traceId())
                .put("expires_at", expiry(post.postedAt()))
                .put("content", post.text())
                .put("content_hash", post.contentHash())
                .put("is_edited", post.edited())
                .put("views_count", post.counters().views())
                .put("forwards_count", post.counters().forwards())
                .put("reactions_count", post.counters().reactions())
                .put("replies_count", post.counters().replies())
                .put("forward_from_chat_id", post.forward().chatId())
                .put("forward_from_message_id", post.forward().messageId())
                .put("forward_date", Objects.toString(post.forward().date(), null))
                .put("forward_from_name", post.forward().name());
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
