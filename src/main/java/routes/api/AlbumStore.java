package routes.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;
import routes.api.http.Caller;
import routes.events.Json;

/** Albums with their members. */
@Component
final class AlbumStore {

    /** Telegram allows 10; late members add only a few. */
    private static final int MAX_MEMBERS = 100;

    private final ApiDatabase database;
    private final ObjectMapper json = Json.newMapper();

    AlbumStore(ApiDatabase database) {
        this.database = database;
    }

    Optional<Album> find(Caller caller, long id) {
        List<Album.Member> members = members(id);
        return database.sql(
                        """
                        SELECT id, channel_id, grouped_id, album_kind, items_count, caption_text, cover_media_id, posted_at,
                               revision, inferred, nullif(meta, '{}') AS summary
                        FROM media_groups
                        WHERE id = :id AND (CAST(:caller AS uuid) IS NULL OR tenant_id = :caller)
                        """)
                .param("id", id)
                .param("caller", caller.tenantOrNull())
                .query((row, n) -> new Album(
                        row.getLong("id"),
                        row.getObject("channel_id", UUID.class),
                        row.getLong("grouped_id"),
                        row.getString("album_kind"),
                        row.getInt("items_count"),
                        row.getString("caption_text"),
                        row.getString("cover_media_id"),
                        ApiDatabase.instant(row, "posted_at"),
                        row.getInt("revision"),
                        row.getBoolean("inferred"),
                        members,
                        summary(row.getString("summary"))))
                .optional()
                // an album without members: all its posts were deleted
                .filter(album -> !album.members().isEmpty());
    }

    private List<Album.Member> members(long album) {
        return database.sql(
                        """
                        SELECT i.position, p.id, p.number, p.telegram_message_id, p.telegram_post_url, i.media_kind,
                               i.media_sha256
                        FROM media_group_items i JOIN posts p ON p.id = i.post_id AND NOT p.is_deleted
                        WHERE i.group_id = :album ORDER BY i.position LIMIT :limit
                        """)
                .param("album", album)
                .param("limit", MAX_MEMBERS)
                .query((row, n) -> new Album.Member(
                        row.getInt("position"),
                        row.getObject("id", UUID.class),
                        row.getLong("number"),
                        row.getLong("telegram_message_id"),
                        row.getString("telegram_post_url"),
                        row.getString("media_kind"),
                        row.getString("media_sha256")))
                .list();
    }

    private JsonNode summary(String meta) throws SQLException {
        try {
            return meta == null ? null : json.readTree(meta);
        } catch (JsonProcessingException e) {
            throw new SQLException("PostgreSQL's JSON cannot be read", e);
        }
    }
}
