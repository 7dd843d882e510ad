package routes.albums;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import routes.events.AlbumAssembled;
import routes.events.StorableText;
import routes.events.VisionAnalyzed;

/** The SQL of the album assembler. Each method executes one statement, for any number of albums. */
@Repository
class AlbumStore {

    /** The identity of an album in Telegram. */
    record Key(UUID tenantId, UUID channelId, long groupedId) {}

    /** @param album null for a post without an album */
    record StoredPost(Key album, boolean deleted) {}

    /**
     * The stored result of the last assembly, {@code meta.assembly} of the album.
     *
     * @param revision 1, incremented with each assembly
     * @param hash hash of the assembled content
     * @param members results of the members, including members not assembled yet
     */
    record Assembly(int revision, String hash, Map<UUID, MemberVision> members) {}

    /**
     * An album with its members in message order, each with the SHA-256 of its file in hex, or an empty text.
     *
     * @param revision of the album; 0 until it is announced
     */
    record Album(
            long id,
            Key key,
            long tgChannelId,
            int revision,
            String kind,
            Instant postedAt,
            Map<UUID, String> members,
            String userId,
            String traceId,
            Assembly assembly) {}

    /** The lateral joins select a member's file and the trace of the first member. */
    private static final String SELECT =
            """
            SELECT g.id, g.tenant_id, g.channel_id, g.grouped_id, g.revision, g.album_kind, g.posted_at, c.tg_channel_id,
                   g.meta ->> 'assembly' AS assembly, m.members, m.trace_id,
                   coalesce((SELECT min(s.user_id) FROM user_channel s JOIN users u ON u.id = s.user_id
                             WHERE s.channel_id = g.channel_id AND u.tenant_id = g.tenant_id AND s.is_active), 0) AS reader
            FROM media_groups g
            JOIN channels c ON c.id = g.channel_id
            LEFT JOIN LATERAL (
                SELECT jsonb_agg(jsonb_build_array(i.post_id, coalesce(i.media_sha256, '')) ORDER BY i.position)::text AS members,
                       (array_agg(p.trace_id ORDER BY i.position))[1] AS trace_id
                FROM media_group_items i JOIN posts p ON p.id = i.post_id WHERE i.group_id = g.id) m ON true
            """;

    private static final List<String> SUMMARY = List.of(
            ("revision complete items_count items_analyzed vision_summary vision_labels vision_ocr_text vision_tags "
                            + "has_meme has_text s3_key first_analyzed_at last_analyzed_at assembled_at")
                    .split(" "));

    private final JdbcClient jdbc;
    private final ObjectMapper json;

    AlbumStore(JdbcClient jdbc, ObjectMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** Returns the posts that have a row, by id. If a post was stored without an album, the album of its event is used. */
    Map<UUID, StoredPost> posts(Collection<VisionAnalyzed> events) {
        Map<UUID, StoredPost> posts = new HashMap<>();
        jdbc.sql(
                        """
                        SELECT p.id, p.tenant_id, p.channel_id, p.is_deleted, coalesce(p.grouped_id, e.grouped_id) AS grouped_id
                        FROM unnest(:ids::uuid[], :tenants::uuid[], :groups::bigint[]) AS e (id, tenant_id, grouped_id)
                        JOIN posts p USING (id, tenant_id)""")
                .param("ids", events.stream().map(VisionAnalyzed::postId).toArray(UUID[]::new))
                .param("tenants", events.stream().map(VisionAnalyzed::tenantId).toArray(UUID[]::new))
                .param("groups", events.stream().map(VisionAnalyzed::groupedId).toArray(Long[]::new))
                .query(row -> {
                    posts.put(
                            row.getObject("id", UUID.class),
                            new StoredPost(
                                    row.getObject("grouped_id") == null ? null : key(row),
                                    row.getBoolean("is_deleted")));
                });
        return posts;
    }

    private static Key key(ResultSet row) throws SQLException {
        return new Key(
                row.getObject("tenant_id", UUID.class),
                row.getObject("channel_id", UUID.class),
                row.getLong("grouped_id"));
    }

    Map<Key, Album> albums(Collection<Key> keys) {
        Map<Key, Album> albums = new HashMap<>();
        withKeys(
                        SELECT
                                + """
                                WHERE (g.tenant_id, g.channel_id, g.grouped_id)
                                    IN (SELECT * FROM unnest(:tenants::uuid[], :channels::uuid[], :groups::bigint[]))""",
                        keys)
                .query((row, number) -> album(row))
                .list()
                .forEach(album -> albums.put(album.key(), album));
        return albums;
    }

    /** Adds rows of revision 0 without members for albums that are not announced yet, so that results of their members can be stored. */
    void addUnannounced(Collection<Key> keys) {
        withKeys(
                        """
                        INSERT INTO media_groups (tenant_id, channel_id, grouped_id, album_kind, revision)
                        SELECT tenant_id, channel_id, grouped_id, 'mixed', 0
                        FROM unnest(:tenants::uuid[], :channels::uuid[], :groups::bigint[]) AS k (tenant_id, channel_id, grouped_id)
                        ORDER BY tenant_id, channel_id, grouped_id ON CONFLICT DO NOTHING""",
                        keys)
                .update();
    }

    private JdbcClient.StatementSpec withKeys(String sql, Collection<Key> keys) {
        return jdbc.sql(sql)
                .param("tenants", keys.stream().map(Key::tenantId).toArray(UUID[]::new))
                .param("channels", keys.stream().map(Key::channelId).toArray(UUID[]::new))
                .param("groups", keys.stream().map(Key::groupedId).toArray(Long[]::new));
    }

    List<Album> albumsById(List<Long> ids) {
        return jdbc.sql(SELECT + "WHERE g.id = ANY (:ids)")
                .param("ids", ids.toArray(Long[]::new))
                .query((row, number) -> album(row))
                .list();
    }

    /** Locks the album's row until the end of the transaction. */
    void lock(long id) {
        jdbc.sql("SELECT FROM media_groups WHERE id = ? FOR UPDATE")
                .param(id)
                .query()
                .listOfRows();
    }

    /** Stores results of members for a later assembly. */
    void keep(long id, Assembly assembly) {
        jdbc.sql("UPDATE media_groups SET meta = meta || jsonb_build_object('assembly', ?::jsonb) WHERE id = ?")
                .params(write(assembly), id)
                .update();
    }

    /** Returns the fields of {@code media_groups.meta} and of the object. */
    ObjectNode summary(AlbumAssembled event) {
        ObjectNode summary = json.valueToTree(event);
        return summary.<ObjectNode>set("assembled_at", summary.path("assembly_completed_at"))
                .retain(SUMMARY);
    }

    /** @param summary fields of {@code media_groups.meta} */
    void save(Album album, ObjectNode summary, Assembly assembly) {
        ObjectNode meta = summary.deepCopy().set("assembly", json.valueToTree(assembly));
        jdbc.sql(
                        """
                        UPDATE media_groups SET meta = ?::jsonb, assembled_revision = ?, reconciliations = 0, reconciled_at = NULL,
                            updated_at = now()
                        WHERE id = ?""")
                .params(write(meta), album.revision(), album.id())
                .update();
    }

    private Album album(ResultSet row) throws SQLException {
        OffsetDateTime postedAt = row.getObject("posted_at", OffsetDateTime.class);
        String members = row.getString("members");
        String assembly = row.getString("assembly");
        Map<UUID, String> files = new LinkedHashMap<>();
        if (members != null) {
            read(members, new TypeReference<List<List<String>>>() {})
                    .forEach(member -> files.put(UUID.fromString(member.get(0)), member.get(1)));
        }
        return new Album(
                row.getLong("id"),
                key(row),
                row.getLong("tg_channel_id"),
                row.getInt("revision"),
                row.getString("album_kind"),
                postedAt == null ? null : postedAt.toInstant(),
                files,
                row.getString("reader"),
                row.getString("trace_id"),
                assembly == null ? new Assembly(0, null, Map.of()) : read(assembly, new TypeReference<Assembly>() {}));
    }

    private <T> T read(String text, TypeReference<T> type) {
        try {
            return json.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "The column media_groups.meta does not contain the state of an album assembly", e);
        }
    }

    String write(Object value) {
        return StorableText.json(json, value);
    }
}
