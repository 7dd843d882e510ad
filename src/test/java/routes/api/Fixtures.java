package routes.api;

import com.fasterxml.jackson.databind.node.TextNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.postgresql.util.PGobject;
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.objectstore.ObjectKeys;
import routes.objectstore.ObjectStore;

/** Rows as the pipeline leaves them. */
final class Fixtures {

    static final UUID DEFAULT_TENANT = UUID.fromString("00000000-0000-0000-0000-000000000001");

    /** The link of each post. */
    static final String LINK = "https://example.org/a";

    private static final AtomicLong NEXT = new AtomicLong(1000);

    private final JdbcClient jdbc;
    private final ObjectStore objects;

    Fixtures(JdbcClient jdbc, ObjectStore objects) {
        this.jdbc = jdbc;
        this.objects = objects;
    }

    UUID tenant() {
        UUID id = UUID.randomUUID();
        jdbc.sql("INSERT INTO tenants (id, name) VALUES (?, ?)")
                .params(id, "tenant " + id)
                .update();
        return id;
    }

    long user(UUID tenant) {
        return jdbc.sql("INSERT INTO users (tenant_id) VALUES (?) RETURNING id")
                .param(tenant)
                .query(Long.class)
                .single();
    }

    /** A digest that was asked for and is not made yet. */
    long digest(long user) {
        return jdbc.sql("INSERT INTO digests (user_id, digest_date) VALUES (?, '2026-01-31') RETURNING id")
                .param(user)
                .query(Long.class)
                .single();
    }

    UUID channel() {
        UUID id = UUID.randomUUID();
        jdbc.sql("INSERT INTO channels (id, tg_channel_id, title) VALUES (?, ?, 'Новости')")
                .params(id, NEXT.incrementAndGet())
                .update();
        return id;
    }

    /** The channel is read live. */
    void live(UUID tenant, UUID channel) {
        jdbc.sql("INSERT INTO live_channels (tenant_id, channel_id, account, chat_id, history_from)"
                        + " VALUES (?, ?, 'main', -1001234567890, now())")
                .params(tenant, channel)
                .update();
    }

    /** A Telegram account of the tenant, as its process wrote it. */
    String telegramAccount(UUID tenant, String name, String state) {
        jdbc.sql(
                        """
                        INSERT INTO telegram_accounts (name, tenant_id, process, state, user_name, seen_at)
                        VALUES (?, ?, 'elsewhere', ?, 'Anna', now()) ON CONFLICT DO NOTHING""")
                .params(name, tenant, state)
                .update();
        return name;
    }

    /** A channel that the user reads. */
    UUID channelOf(long user) {
        UUID channel = channel();
        subscribe(user, channel);
        return channel;
    }

    void rename(UUID channel, String title) {
        jdbc.sql("UPDATE channels SET title = ? WHERE id = ?")
                .params(title, channel)
                .update();
    }

    void subscribe(long user, UUID channel) {
        jdbc.sql("INSERT INTO user_channel (user_id, channel_id) VALUES (?, ?)")
                .params(user, channel)
                .update();
    }

    UUID post(UUID tenant, UUID channel, Instant postedAt, String content) {
        UUID id = UUID.randomUUID();
        jdbc.sql("INSERT INTO posts (id, tenant_id, channel_id, telegram_message_id, content, posted_at, urls)"
                        + " VALUES (?, ?, ?, ?, ?, ?::timestamptz, '[\"https://example.org/a\"]')")
                .params(id, tenant, channel, NEXT.incrementAndGet(), content, postedAt.toString())
                .update();
        return id;
    }

    void tags(UUID post, String... tags) {
        jdbc.sql("INSERT INTO post_enrichment (post_id, kind, provider, data, metadata)"
                        + " VALUES (?, 'tags', 'local', jsonb_build_object('tags', to_jsonb(?::text[])), '{}')")
                .params(List.of(post, tags))
                .update();
        jdbc.sql("UPDATE posts SET tagging_status = 'success', tagging_attempts = 1 WHERE id = ?")
                .param(post)
                .update();
    }

    /** JSON as a value for {@link #set}. */
    static PGobject jsonb(String json) {
        try {
            var value = new PGobject();
            value.setType("jsonb");
            value.setValue(json);
            return value;
        } catch (SQLException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    void set(UUID post, String column, Object value) {
        jdbc.sql("UPDATE posts SET " + column + " = ? WHERE id = ?")
                .params(value, post)
                .update();
    }

    /** An album of the posts, in their order. */
    long album(UUID tenant, UUID channel, List<UUID> posts, String meta) {
        long grouped = NEXT.incrementAndGet();
        long album = jdbc.sql(
                        """
                        INSERT INTO media_groups (tenant_id, channel_id, grouped_id, album_kind, items_count, meta, inferred)
                        VALUES (?, ?, ?, 'photo', ?, ?::jsonb, true) RETURNING id
                        """)
                .params(tenant, channel, grouped, posts.size(), meta)
                .query(Long.class)
                .single();
        for (int i = 0; i < posts.size(); i++) {
            jdbc.sql(
                            """
                            INSERT INTO media_group_items (group_id, post_id, position, media_kind, media_sha256)
                            VALUES (?, ?, ?, 'photo', 'abc')
                            """)
                    .params(album, posts.get(i), i)
                    .update();
            set(posts.get(i), "grouped_id", grouped);
        }
        return album;
    }

    void media(UUID tenant, UUID post, String sha256, int position) {
        set(post, "has_media", true);
        jdbc.sql("INSERT INTO post_media_map (post_id, file_sha256, position) VALUES (?, ?, ?)")
                .params(post, sha256, position)
                .update();
        jdbc.sql("INSERT INTO media_objects (tenant_id, file_sha256, mime, size_bytes, s3_key, s3_bucket)"
                        + " VALUES (?, ?, 'image/png', 12, ?, 'media') ON CONFLICT DO NOTHING")
                .params(tenant, sha256, "media/" + sha256)
                .update();
    }

    /** A file of the post that is in the object store too; gives its hash. */
    String storedMedia(UUID tenant, UUID post, String mime, byte[] content) {
        String sha256 = sha256(content);
        String key = ObjectKeys.media(tenant, sha256, mime.replaceAll(".*/|\\W.*", ""));
        try {
            objects.put(key, mime, content.length, new ByteArrayInputStream(content));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        media(tenant, post, sha256, 0);
        jdbc.sql("UPDATE media_objects SET mime = ?, size_bytes = ?, s3_key = ? WHERE tenant_id = ? AND"
                        + " file_sha256 = ?")
                .params(mime, content.length, key, tenant, sha256)
                .update();
        return sha256;
    }

    /** A page behind the link {@link #LINK} of posts, as crawl stores it; null for no article. */
    void page(UUID tenant, UUID post, String markdown, String moreFields) {
        String key = ObjectKeys.article(tenant, sha256(LINK.getBytes(StandardCharsets.UTF_8)));
        String text = markdown == null ? "" : ", \"markdown\": " + TextNode.valueOf(markdown);
        jdbc.sql("INSERT INTO post_enrichment (post_id, kind, provider, data) VALUES (?, 'crawl', 'builtin', ?::jsonb)"
                        + " ON CONFLICT (post_id, kind) DO UPDATE SET data = excluded.data")
                .params(
                        post,
                        "{\"urls\": [{\"url\": \"" + LINK + "\", \"fetched_at\": \"2026-01-31T10:00:00Z\","
                                + " \"provider\": \"builtin\"" + text + moreFields + "}]}")
                .update();
        if (markdown != null) {
            byte[] bytes = markdown.getBytes(StandardCharsets.UTF_8);
            try {
                objects.put(key, "text/markdown", bytes.length, new ByteArrayInputStream(bytes));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A stage that had the post. */
    void stage(UUID post, String stage, String outcome, String reason) {
        jdbc.sql("INSERT INTO post_timeline (post_id, stage, outcome, reason, started_at, duration_ms)"
                        + " VALUES (?, ?, ?, ?, now(), 1)")
                .params(post, stage, outcome, reason)
                .update();
    }

    /** What vision stores of text that it recognised in a picture of the post. */
    void textOnImage(UUID post, String text) {
        jdbc.sql("INSERT INTO post_enrichment (post_id, kind, provider, data)"
                        + " VALUES (?, 'ocr', 'local', jsonb_build_object('text', ?::text, 'engine', 'tesseract'))")
                .params(post, text)
                .update();
    }

    void setJson(UUID post, String column, String json) {
        jdbc.sql("UPDATE posts SET " + column + " = ?::jsonb WHERE id = ?")
                .params(json, post)
                .update();
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes every question fail when it is stored, or no longer. */
    void breakConversations(boolean isBroken) {
        jdbc.sql("ALTER TABLE rag_queries RENAME COLUMN " + (isBroken ? "topics TO broken" : "broken TO topics"))
                .update();
    }

    UUID savedSearch(long user) {
        UUID id = UUID.randomUUID();
        jdbc.sql("INSERT INTO saved_searches (id, user_id, name, query) VALUES (?, ?, ?, 'text')")
                .params(id, user, "search " + id)
                .update();
        return id;
    }

    UUID feed(long user) {
        UUID id = UUID.randomUUID();
        feed(user, id, "of " + id);
        return id;
    }

    /** The key of a feed. */
    String feedKey(long user) {
        UUID id = UUID.randomUUID();
        feed(user, id, sha256(id.toString().getBytes(StandardCharsets.UTF_8)));
        return id.toString();
    }

    private void feed(long user, UUID id, String hash) {
        jdbc.sql("INSERT INTO feeds (id, user_id, key_sha256) VALUES (?, ?, ?)")
                .params(id, user, hash)
                .update();
    }

    UUID importJob(UUID tenant, long user, String status, String errors) {
        UUID id = UUID.randomUUID();
        jdbc.sql("INSERT INTO imports (id, user_id, tenant_id, file, status, errors)"
                        + " VALUES (?, ?, ?, 'result.json', ?, ?::jsonb)")
                .params(id, user, tenant, status, errors)
                .update();
        return id;
    }
}
