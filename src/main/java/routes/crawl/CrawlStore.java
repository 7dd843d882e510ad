package routes.crawl;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.events.PostCrawl;
import routes.events.StorableText;
import routes.events.Trigger;
import routes.web.TelegramLink;
import routes.web.WebAddress;

/** The SQL of crawl. Each method runs one statement per batch. */
@Component
class CrawlStore {

    /**
     * A post with its stored tags.
     *
     * @param content text of the post and its attachments
     * @param links links of the post in their original form
     * @param known pages with an article that were read for the post before, in order, by address
     * @param tagsHash null if no tags are stored yet
     */
    record StoredPost(
            boolean deleted,
            String content,
            List<String> links,
            Map<String, CrawledPage> known,
            List<String> tags,
            String tagsHash,
            Trigger trigger,
            long contentVersion,
            String visionVersion,
            Instant taggedAt) {

        boolean hasLink(String url) {
            return links.stream()
                    .flatMap(link -> WebAddress.of(link).stream())
                    .anyMatch(link -> link.withoutFragment().toString().equals(url));
        }
    }

    /**
     * @param data value of {@code post_enrichment.data} of kind crawl
     * @param status ok, partial or error
     * @param error reason of the first page that could not be read; null if all pages were read
     */
    record Row(UUID postId, String provider, String data, String status, String error) {}

    private static final Logger LOG = LoggerFactory.getLogger(CrawlStore.class);

    private final JdbcClient jdbc;
    private final ObjectMapper json;

    CrawlStore(JdbcClient jdbc, ObjectMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** Returns the posts that have a row, by id. */
    Map<UUID, StoredPost> posts(Collection<PostCrawl> events) {
        Map<UUID, StoredPost> posts = new HashMap<>();
        jdbc.sql(
                        """
                        SELECT p.id, p.is_deleted, concat_ws(E'\n', p.content, p.attachment_text) AS content,
                               ARRAY(SELECT jsonb_array_elements_text(p.urls)) AS links, c.data ->> 'urls' AS known,
                               ARRAY(SELECT jsonb_array_elements_text(t.data -> 'tags')) AS tags,
                               coalesce(t.data ->> 'trigger', 'initial') AS trigger, t.metadata ->> 'tags_hash' AS tags_hash,
                               (t.metadata ->> 'content_version')::bigint AS content_version,
                               t.metadata ->> 'vision_version' AS vision_version, t.metadata ->> 'occurred_at' AS occurred_at
                        FROM unnest(:ids::uuid[], :tenants::uuid[]) AS e (id, tenant_id)
                        JOIN posts p USING (id, tenant_id)
                        LEFT JOIN post_enrichment t ON t.post_id = p.id AND t.kind = 'tags'
                        LEFT JOIN post_enrichment c ON c.post_id = p.id AND c.kind = 'crawl'""")
                .param("ids", events.stream().map(PostCrawl::postId).toArray(UUID[]::new))
                .param("tenants", events.stream().map(PostCrawl::tenantId).toArray(UUID[]::new))
                .query(row -> {
                    String occurredAt = row.getString("occurred_at");
                    posts.put(
                            row.getObject("id", UUID.class),
                            new StoredPost(
                                    row.getBoolean("is_deleted"),
                                    row.getString("content"),
                                    List.of((String[]) row.getArray("links").getArray()),
                                    known(row.getString("known")),
                                    List.of((String[]) row.getArray("tags").getArray()),
                                    occurredAt == null ? null : row.getString("tags_hash"),
                                    Trigger.of(row.getString("trigger")),
                                    row.getLong("content_version"),
                                    row.getString("vision_version"),
                                    occurredAt == null ? null : Instant.parse(occurredAt)));
                });
        return posts;
    }

    /** The post that a Telegram link leads to. */
    record LinkedPost(UUID id, String content, Instant postedAt, String channel) {}

    /** Returns the linked posts that the tenants have. */
    Map<PageTask, LinkedPost> linkedPosts(Map<PageTask, TelegramLink> links) {
        List<PageTask> tasks = List.copyOf(links.keySet());
        List<TelegramLink> wanted = List.copyOf(links.values());
        Map<PageTask, LinkedPost> posts = new HashMap<>();
        jdbc.sql(
                        """
                        SELECT l.ordinality, p.id, concat_ws(E'\n', p.content, p.attachment_text) AS content,
                               p.posted_at, c.title
                        FROM unnest(:tenants::uuid[], :names::text[], :channels::bigint[], :messages::bigint[])
                            WITH ORDINALITY AS l (tenant_id, name, channel, message)
                        CROSS JOIN LATERAL (
                            SELECT id, title FROM channels WHERE lower(username) = lower(l.name) AND l.name <> ''
                            UNION ALL
                            SELECT id, title FROM channels WHERE tg_channel_id = l.channel AND l.name = '') c
                        JOIN posts p ON p.tenant_id = l.tenant_id AND p.channel_id = c.id AND p.telegram_message_id = l.message
                        WHERE NOT p.is_deleted""")
                .param("tenants", tasks.stream().map(PageTask::tenantId).toArray(UUID[]::new))
                .param("names", wanted.stream().map(TelegramLink::username).toArray(String[]::new))
                .param("channels", wanted.stream().map(TelegramLink::channelId).toArray(Long[]::new))
                .param("messages", wanted.stream().map(TelegramLink::messageId).toArray(Long[]::new))
                .query(row -> {
                    posts.put(
                            tasks.get(row.getInt("ordinality") - 1),
                            new LinkedPost(
                                    row.getObject("id", UUID.class),
                                    row.getString("content"),
                                    row.getTimestamp("posted_at").toInstant(),
                                    row.getString("title")));
                });
        return posts;
    }

    /** @param urls the JSON array of a row, or null; elements written by another stage are skipped */
    private Map<String, CrawledPage> known(String urls) {
        Map<String, CrawledPage> known = new LinkedHashMap<>();
        try {
            for (JsonNode element : json.readTree(urls == null ? "[]" : urls)) {
                CrawledPage page = json.treeToValue(element, CrawledPage.class);
                if (page.markdown() != null && page.url() != null && page.fetchedAt() != null) {
                    known.put(page.url(), page);
                }
            }
        } catch (JsonProcessingException e) {
            LOG.warn(
                    "Cannot read the stored pages of a post (post_enrichment of kind crawl); they are fetched again",
                    e);
        }
        return known;
    }

    /**
     * Stores the results. A row with unchanged data is not written.
     *
     * @return for each existing post, whether its row changed
     */
    Map<UUID, Boolean> save(Collection<Row> unordered) {
        // fixed order, so that two batches do not deadlock
        List<Row> rows =
                unordered.stream().sorted(Comparator.comparing(Row::postId)).toList();
        Map<UUID, Boolean> stored = new HashMap<>();
        jdbc.sql(
                        """
                        WITH found AS (
                            SELECT * FROM unnest(:ids::uuid[], :providers::text[], :data::jsonb[], :statuses::text[], :errors::text[])
                                AS r (post_id, provider, data, status, error)),
                        there AS (SELECT id FROM posts WHERE id = ANY (:ids) ORDER BY id FOR KEY SHARE),
                        saved AS (
                            INSERT INTO post_enrichment AS e (post_id, kind, provider, data, status, error)
                            SELECT post_id, 'crawl', provider, data, status, error FROM found JOIN there ON id = post_id
                            ORDER BY post_id
                            ON CONFLICT (post_id, kind) DO UPDATE
                            SET provider = excluded.provider, data = excluded.data, status = excluded.status,
                                error = excluded.error, updated_at = now()
                            WHERE e.data IS DISTINCT FROM excluded.data
                            RETURNING post_id)
                        SELECT id, EXISTS (SELECT FROM saved WHERE post_id = id) AS is_changed FROM there""")
                .param("ids", rows.stream().map(Row::postId).toArray(UUID[]::new))
                .param("providers", rows.stream().map(Row::provider).toArray(String[]::new))
                .param("data", rows.stream().map(Row::data).toArray(String[]::new))
                .param("statuses", rows.stream().map(Row::status).toArray(String[]::new))
                .param("errors", rows.stream().map(Row::error).toArray(String[]::new))
                .query(row -> {
                    stored.put(row.getObject("id", UUID.class), row.getBoolean("is_changed"));
                });
        return stored;
    }

    /** Returns the value of {@code post_enrichment.data} of kind crawl. */
    String data(List<CrawledPage> pages, int maxText) {
        return StorableText.json(
                json,
                Map.of(
                        "urls",
                        pages.stream().map(page -> page.row(json, maxText)).toList()));
    }
}
