package routes.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import routes.api.access.ApiDatabase;
import routes.api.http.ProblemType;

/** Posts that Telegram shows as one album. */
@RestController
record AlbumController(ApiDatabase database) {

    /**
     * @param inferred whether the members were grouped by time, because exports do not mark albums
     * @param members in message order, without deleted posts
     * @param summary vision result for all pictures together; null until the album is assembled
     */
    @JsonInclude
    record Album(
            long id,
            UUID channelId,
            long groupedId,
            String albumKind,
            int itemsCount,
            String captionText,
            String coverMediaId,
            Instant postedAt,
            int revision,
            boolean inferred,
            List<Member> members,
            JsonNode summary) {}

    @JsonInclude
    record Member(
            int position,
            UUID postId,
            long number,
            long telegramMessageId,
            String telegramPostUrl,
            String mediaKind,
            String mediaSha256) {}

    /** Returns 404 if all members were deleted. */
    @GetMapping("/albums/{album_id}")
    Album read(@PathVariable("album_id") long id) {
        // Telegram allows 10 members per album; late members add only a few more
        return database.rows(
                        """
                        SELECT g.id, g.channel_id, g.grouped_id, g.album_kind, g.items_count, g.caption_text, g.cover_media_id,
                               g.posted_at, g.revision, g.inferred, nullif(g.meta - 'assembly', '{}') AS summary, m.members
                        FROM media_groups g
                        CROSS JOIN LATERAL (
                            SELECT json_agg(member ORDER BY member.position) AS members
                            FROM (SELECT i.position, p.id AS post_id, p.number, p.telegram_message_id, p.telegram_post_url,
                                         i.media_kind, i.media_sha256
                                  FROM media_group_items i JOIN posts p ON p.id = i.post_id AND NOT p.is_deleted
                                  WHERE i.group_id = g.id ORDER BY i.position LIMIT 100) member) m
                        WHERE g.id = :id AND g.tenant_id = coalesce(CAST(:caller AS uuid), g.tenant_id)
                          AND m.members IS NOT NULL
                        """)
                .param("id", id)
                .query(ApiDatabase.as(Album.class))
                .optional()
                .orElseThrow(() -> ProblemType.NOT_FOUND.exception("album_id", "There is no album " + id));
    }
}
