package routes.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.springframework.jdbc.core.RowMapper;
import routes.api.access.ApiDatabase;
import routes.crawltrigger.LinkRequests;
import routes.posts.Spoilers;
import routes.vision.PictureFacts;

/** The columns to select from {@code posts p}, and the mapping of the rows. */
final class PostRows {

    /** Maximum length of the snippet of the replied-to post, in characters. */
    private static final int SNIPPET = 160;

    static final String COLUMNS =
            """
            ARRAY(SELECT tag #>> '{}' FROM post_enrichment e, jsonb_path_query(e.data, '$.tags[*]') tag
                  WHERE e.post_id = p.id AND e.kind = 'tags') AS tags,
            p.id, p.number, p.channel_id, p.telegram_message_id, p.content, p.attachment_text,
            coalesce(p.entities, '[]') AS entities,
            p.tagging_status, p.tagging_attempts, p.tagging_error, p.indexing_status, p.posted_at, p.edited_at, p.is_edited,
            p.telegram_post_url, p.author_name, p.grouped_id, p.views_count, p.forwards_count, p.replies_count,
            p.reactions_count, coalesce(p.details -> 'reactions', '[]') AS reactions, p.details -> 'poll' AS poll,
            p.details ->> 'via_bot' AS via_bot, p.details ->> 'topic' AS topic, p.details ->> 'quote' AS quote,
            ARRAY(SELECT url #>> '{}' FROM jsonb_path_query(p.urls, '$[*]') url) AS urls,
            (SELECT min(i.group_id) FROM media_group_items i WHERE i.post_id = p.id) AS album_id,
            -- missing files only if none is stored: one that was missing in an older source may have been stored since
            coalesce(
                (SELECT jsonb_agg(jsonb_build_object('sha256', m.file_sha256, 'mime_type', o.mime,
                                                     'size_bytes', o.size_bytes, 's3_key', o.s3_key)
                                  || coalesce((SELECT jsonb_strip_nulls(jsonb_build_object('kind', a -> 'kind', 'name', a -> 'name'))
                                               FROM jsonb_array_elements(p.details -> 'media') a
                                               WHERE a ->> 'sha256' = m.file_sha256 LIMIT 1), '{}')
                                  ORDER BY m.position, m.file_sha256)
                 FROM post_media_map m
                 LEFT JOIN media_objects o ON o.tenant_id = p.tenant_id AND o.file_sha256 = m.file_sha256
                 WHERE m.post_id = p.id),
                jsonb_path_query_array(p.details, '$.media[*] ? (exists (@.missing))'), '[]') AS media,
            CASE WHEN coalesce(p.forward_from_name, p.forward_from_chat_id::text) IS NOT NULL THEN
                (SELECT jsonb_strip_nulls(jsonb_build_object(
                            'name', coalesce(p.forward_from_name, c.title), 'channel_id', c.id,
                            'tg_channel_id', p.forward_from_chat_id, 'message_id', p.forward_from_message_id,
                            'date', to_char(p.forward_date AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                            'link', coalesce('https://t.me/' || c.username || coalesce('/' || p.forward_from_message_id, ''),
                                             'https://t.me/c/' || p.forward_from_chat_id || '/' || p.forward_from_message_id)))
                 FROM (SELECT 1) one LEFT JOIN channels c ON c.tg_channel_id = p.forward_from_chat_id)
                END AS forwarded_from,
            CASE WHEN p.reply_to_message_id IS NOT NULL THEN
                (SELECT jsonb_strip_nulls(jsonb_build_object(
                            'telegram_message_id', p.reply_to_message_id, 'post_id', r.id, 'number', r.number,
                            'content', r.content, 'entities', r.entities, 'attachment_text', r.attachment_text))
                 FROM (SELECT 1) one
                 LEFT JOIN posts r ON r.tenant_id = p.tenant_id AND r.channel_id = p.channel_id
                     AND r.telegram_message_id = p.reply_to_message_id AND NOT r.is_deleted)
                ELSE p.details -> 'reply_elsewhere' || '{"other_chat": true}'
                END AS reply_to
            """;

    /** The stored data of each kind, with its provider, status and error. */
    static final String ENRICHMENTS =
            """
            coalesce(
                (SELECT jsonb_object_agg(e.kind, jsonb_build_object(
                            'provider', e.provider, 'status', e.status, 'error', e.error, 'metadata', e.metadata,
                            'updated_at', to_char(e.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
                        || e.data)
                 FROM post_enrichment e WHERE e.post_id = p.id), '{}') AS enrichments
            """;

    /**
     * The state of the links, in addition to {@link #ENRICHMENTS}: the last stage that handled them, and whether a crawl request is open.
     */
    static final String LINK_STATES =
            """
            (SELECT jsonb_build_object('stage', t.stage, 'outcome', t.outcome, 'reason', t.reason)
             FROM post_timeline t WHERE t.post_id = p.id AND t.stage LIKE 'crawl%%'
             ORDER BY t.started_at DESC, t.id DESC LIMIT 1) AS links_step,
            p.links_requested_at > now() - make_interval(secs => %d)
                AND NOT EXISTS (SELECT 1 FROM post_timeline t WHERE t.post_id = p.id AND t.stage = 'crawl'
                                AND t.outcome <> 'retrying' AND t.started_at >= p.links_requested_at) AS links_requested
            """
                    .formatted(LinkRequests.OPEN.toSeconds());

    /** Maximum number of pictures of a post that are compared; a post from Telegram has one. */
    private static final int COMPARED = 10;

    /** Maximum number of posts listed per picture. */
    private static final int SAME = 20;

    /**
     * For each picture, the other posts with an identical or nearly identical picture. Compares the hashes of all pictures of the tenant,
     * about 0.4 µs per hash.
     */
    static final String SAME_PICTURES =
            """
            coalesce(
                (SELECT jsonb_agg(jsonb_build_object('sha256', picture.file_sha256, 'posts', picture.posts)
                                  ORDER BY picture.position, picture.file_sha256)
                 FROM (SELECT m.file_sha256, m.position,
                              (SELECT jsonb_agg(to_jsonb(same) ORDER BY same.distance, same.posted_at DESC, same.number DESC)
                               FROM (SELECT q.id AS post_id, q.number, q.channel_id,
                                            to_char(q.posted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS posted_at,
                                            min(near.distance) AS distance
                                     FROM (SELECT o.file_sha256, 0 AS distance
                                           UNION ALL
                                           SELECT other.file_sha256, bit_count((other.phash # o.phash)::bit(64))
                                           FROM media_objects other
                                           WHERE other.tenant_id = p.tenant_id AND other.file_sha256 <> o.file_sha256
                                             AND bit_count((other.phash # o.phash)::bit(64)) <= %d) near
                                     JOIN post_media_map n ON n.file_sha256 = near.file_sha256
                                     JOIN posts q ON q.id = n.post_id AND q.tenant_id = p.tenant_id AND q.id <> p.id
                                         AND NOT q.is_deleted
                                     GROUP BY q.id
                                     ORDER BY distance, q.posted_at DESC, q.number DESC LIMIT %d) same) AS posts
                       FROM post_media_map m
                       JOIN media_objects o ON o.tenant_id = p.tenant_id AND o.file_sha256 = m.file_sha256
                       WHERE m.post_id = p.id AND o.mime LIKE 'image/%%'
                       ORDER BY m.position, m.file_sha256 LIMIT %d) picture
                 WHERE picture.posts IS NOT NULL), '[]') AS same_pictures
            """
                    .formatted(PictureFacts.NEAR, SAME, COMPARED);

    static final RowMapper<Post> POST = ApiDatabase.as(Post.class, row -> shorten(row.path("reply_to")));

    /** Includes the links. */
    static final RowMapper<Post> DETAILS = ApiDatabase.as(Post.class, row -> {
        shorten(row.path("reply_to"));
        row.set("links", PostLinks.of(row));
    });

    private PostRows() {}

    /** Replaces the text of the replied-to post with a snippet. */
    private static void shorten(JsonNode reply) {
        if (reply instanceof ObjectNode answered) {
            String content = Spoilers.masked(answered.path("content").asText(""), answered.path("entities"));
            String text = (content.isBlank() ? answered.path("attachment_text").asText("") : content).strip();
            answered.remove(List.of("content", "entities", "attachment_text"));
            if (!text.isEmpty()) {
                int length = Math.min(SNIPPET, text.codePointCount(0, text.length()));
                answered.put("snippet", text.substring(0, text.offsetByCodePoints(0, length)));
            }
        }
    }
}
