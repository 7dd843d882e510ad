package routes.answers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.events.Json;
import routes.posts.Spoilers;

/** Reads the texts of posts: the post, its pictures, and the pages it links to. */
@Component
record PostTexts(JdbcClient jdbc) {
    /** Maximum number of characters read from a linked page. */
    private static final int MAX_PAGE = 12_000;

    private static final ObjectMapper JSON = Json.newMapper();

    /** A text of a post and its origin: {@code post}, {@code picture} or {@code link}. */
    record Part(String foundIn, String text) {}

    record PostText(Passage.Post post, List<Part> parts) {}

    /** Returns the posts that the user may see, checked in the database because the index may be stale. Runs one statement. */
    Map<UUID, PostText> read(UUID tenantId, long userId, Collection<UUID> postIds) {
        return jdbc
                .sql(
                        """
                        SELECT to_jsonb(one) FROM (
                            SELECT p.id AS post_id, p.number, p.channel_id, coalesce(nullif(c.title, ''), c.username, '') AS channel,
                                   p.telegram_post_url AS link, p.posted_at, coalesce(p.views_count, 0) AS views, p.content, p.attachment_text,
                                   coalesce(p.entities, '[]') AS entities,
                                   ARRAY(SELECT tag #>> '{}' FROM post_enrichment e, jsonb_path_query(e.data, '$.tags[*]') tag
                                         WHERE e.post_id = p.id AND e.kind = 'tags') AS tags,
                                   (SELECT e.data ->> 'description' FROM post_enrichment e
                                    WHERE e.post_id = p.id AND e.kind = 'vision') AS description,
                                   (SELECT e.data ->> 'text' FROM post_enrichment e
                                    WHERE e.post_id = p.id AND e.kind = 'ocr') AS recognized,
                                   ARRAY(SELECT concat_ws(E'\\n', page ->> 'title', left(page ->> 'markdown', :page))
                                         FROM post_enrichment e, jsonb_path_query(e.data, '$.urls[*]') page
                                         WHERE e.post_id = p.id AND e.kind = 'crawl' AND page ->> 'markdown' <> '') AS pages
                            FROM posts p
                            JOIN user_channel s ON s.channel_id = p.channel_id AND s.user_id = :user AND s.is_active
                            JOIN users u ON u.id = s.user_id AND u.tenant_id = p.tenant_id
                            JOIN channels c ON c.id = p.channel_id
                            WHERE p.id = ANY (:ids) AND p.tenant_id = :tenant AND NOT p.is_deleted) one
                        """)
                .param("page", MAX_PAGE)
                .param("user", userId)
                .param("tenant", tenantId)
                .param("ids", postIds.toArray(UUID[]::new))
                .query((row, n) -> text(row.getString(1)))
                .list()
                .stream()
                .collect(Collectors.toMap(text -> text.post().postId(), text -> text));
    }

    private static PostText text(String json) throws SQLException {
        try {
            JsonNode row = JSON.readTree(json);
            List<Part> parts = new ArrayList<>();
            add(parts, "post", Spoilers.masked(row.path("content").asText(""), row.path("entities")));
            add(parts, "post", row.path("attachment_text").asText(""));
            add(parts, "picture", row.path("description").asText(""));
            add(parts, "picture", row.path("recognized").asText(""));
            row.path("pages").forEach(page -> add(parts, "link", page.asText()));
            return new PostText(JSON.treeToValue(row, Passage.Post.class), parts);
        } catch (JsonProcessingException e) {
            throw new SQLException("Cannot read the stored data of a post", e);
        }
    }

    private static void add(List<Part> parts, String foundIn, String text) {
        if (!text.isBlank()) {
            parts.add(new Part(foundIn, text));
        }
    }
}
