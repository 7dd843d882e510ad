package routes.posts;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The SQL of {@code media_groups} and {@code media_group_items}. An album is computed from the rows of its posts, so that a late
 * member joins those that exist. An unchanged album is not written.
 */
final class AlbumTable {
    private final JdbcTemplate jdbc;

    AlbumTable(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Writes an album that another producer announced, unless this or a later revision of it exists.
     *
     * @return the members that have no row yet; if there are any, nothing is written
     */
    List<UUID> saveAnnounced(UUID tenantId, UUID channelId, long groupedId, int revision, List<UUID> postIds) {
        UUID[] ids = postIds.toArray(UUID[]::new);
        var missing = new ArrayList<>(postIds);
        missing.removeAll(jdbc.queryForList("SELECT id FROM posts WHERE id = ANY (?)", UUID.class, (Object) ids));
        Row row = rows(tenantId, channelId, List.of(groupedId)).get(groupedId);
        if (missing.isEmpty() && (row == null || row.revision() < revision)) {
            jdbc.update("UPDATE posts SET grouped_id = ? WHERE id = ANY (?) AND grouped_id IS NULL", groupedId, ids);
            List<AlbumMember> members =
                    members(tenantId, channelId, List.of(groupedId), Map.of()).get(groupedId);
            if (members != null) {
                Album album = album(0, groupedId, members, hash(members), revision, Album.Change.CHANGED);
                write(tenantId, channelId, album, members, false);
            }
        }
        return missing;
    }

    private record Row(long id, int revision, String contentHash) {}

    /**
     * Updates the albums to match their posts, which must be saved already.
     *
     * @param kinds media kinds of the posts that have just arrived; those of older members are in their items
     */
    List<Album> save(
            UUID tenantId, UUID channelId, Collection<Long> groupedIds, Map<UUID, String> kinds, boolean inferred) {
        if (groupedIds.isEmpty()) {
            return List.of();
        }
        Map<Long, Row> rows = rows(tenantId, channelId, groupedIds);
        var albums = new ArrayList<Album>();
        members(tenantId, channelId, groupedIds, kinds)
                .forEach((groupedId, members) ->
                        albums.add(save(tenantId, channelId, groupedId, rows.get(groupedId), members, inferred)));
        return albums;
    }

    private Album save(
            UUID tenantId, UUID channelId, long groupedId, Row row, List<AlbumMember> members, boolean inferred) {
        String hash = hash(members);
        if (row != null && hash.equals(row.contentHash())) {
            return album(row.id(), groupedId, members, hash, row.revision(), Album.Change.NONE);
        }
        Album album = album(
                row == null ? 0 : row.id(),
                groupedId,
                members,
                hash,
                row == null ? 1 : row.revision() + 1,
                row == null ? Album.Change.CREATED : Album.Change.CHANGED);
        return write(tenantId, channelId, album, members, inferred);
    }

    /**
     * Writes the album and its items as given. Does not change a row of a later revision.
     *
     * @return the album with the id of its row
     */
    Album write(UUID tenantId, UUID channelId, Album album, List<AlbumMember> members, boolean inferred) {
        List<Long> ids = jdbc.queryForList(
                """
                INSERT INTO media_groups (tenant_id, channel_id, grouped_id, album_kind, items_count, caption_text,
                    cover_media_id, posted_at, content_hash, revision, inferred)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (tenant_id, channel_id, grouped_id) DO UPDATE SET album_kind = excluded.album_kind,
                    items_count = excluded.items_count, caption_text = excluded.caption_text,
                    cover_media_id = excluded.cover_media_id, posted_at = excluded.posted_at,
                    content_hash = excluded.content_hash, revision = excluded.revision, updated_at = now()
                WHERE media_groups.revision < excluded.revision
                RETURNING id""",
                Long.class,
                tenantId,
                channelId,
                album.groupedId(),
                album.kind(),
                members.size(),
                album.caption(),
                album.coverSha256(),
                album.postedAt() == null ? null : album.postedAt().atOffset(ZoneOffset.UTC),
                album.contentHash(),
                album.revision(),
                inferred);
        if (ids.isEmpty()) {
            return album;
        }
        long id = ids.get(0);
        jdbc.update("DELETE FROM media_group_items WHERE group_id = ?", id);
        jdbc.batchUpdate(
                """
                INSERT INTO media_group_items (group_id, position, post_id, media_kind, media_sha256)
                VALUES (?, ?, ?, ?, ?)""",
                IntStream.range(0, members.size())
                        .mapToObj(i -> new Object[] {
                            id,
                            i,
                            members.get(i).postId(),
                            members.get(i).mediaKind(),
                            members.get(i).sha256()
                        })
                        .toList());
        return new Album(
                id,
                album.groupedId(),
                album.kind(),
                album.caption(),
                album.coverSha256(),
                album.postedAt(),
                album.postIds(),
                album.contentHash(),
                album.revision(),
                album.traceId(),
                album.change());
    }

    /** Clears albums without members. Only the row stays, so that its revision continues if a member returns. */
    void clearEmpty(UUID tenantId, UUID channelId, Collection<Long> groupedIds) {
        if (groupedIds.isEmpty()) {
            return;
        }
        jdbc.update(
                """
                WITH emptied AS (
                    UPDATE media_groups g SET items_count = 0, caption_text = NULL, cover_media_id = NULL,
                        content_hash = NULL, meta = '{}', updated_at = now()
                    WHERE (tenant_id, channel_id, grouped_id) IN (SELECT ?, ?, unnest(?)) AND NOT EXISTS (
                        SELECT 1 FROM posts p WHERE p.tenant_id = g.tenant_id AND p.channel_id = g.channel_id
                            AND p.grouped_id = g.grouped_id AND NOT p.is_deleted)
                    RETURNING id)
                DELETE FROM media_group_items WHERE group_id IN (SELECT id FROM emptied)""",
                tenantId,
                channelId,
                groupedIds.toArray(Long[]::new));
    }

    private Map<Long, Row> rows(UUID tenantId, UUID channelId, Collection<Long> groupedIds) {
        var rows = new HashMap<Long, Row>();
        jdbc.query(
                """
                SELECT grouped_id, id, revision, content_hash FROM media_groups
                WHERE tenant_id = ? AND channel_id = ? AND grouped_id = ANY (?)""",
                row -> {
                    rows.put(
                            row.getLong("grouped_id"),
                            new Row(row.getLong("id"), row.getInt("revision"), row.getString("content_hash")));
                },
                tenantId,
                channelId,
                groupedIds.toArray(Long[]::new));
        return rows;
    }

    /** In the order of their messages. */
    private Map<Long, List<AlbumMember>> members(
            UUID tenantId, UUID channelId, Collection<Long> groupedIds, Map<UUID, String> kinds) {
        return jdbc
                .query(
                        """
                        SELECT p.grouped_id, p.id, p.content, p.posted_at, p.trace_id, i.media_kind,
                            f.file_sha256, o.mime
                        FROM posts p
                        LEFT JOIN media_group_items i ON i.post_id = p.id
                        LEFT JOIN LATERAL (SELECT file_sha256 FROM post_media_map m WHERE m.post_id = p.id
                                           ORDER BY position LIMIT 1) f ON true
                        LEFT JOIN media_objects o ON o.tenant_id = p.tenant_id AND o.file_sha256 = f.file_sha256
                        WHERE (p.tenant_id, p.channel_id, p.grouped_id) IN (SELECT ?, ?, unnest(?)) AND NOT p.is_deleted
                        ORDER BY p.telegram_message_id""",
                        (row, n) -> {
                            UUID id = row.getObject("id", UUID.class);
                            String known = row.getString("media_kind");
                            String kind = known == null ? kind(row.getString("mime")) : known;
                            return new AlbumMember(
                                    row.getLong("grouped_id"),
                                    id,
                                    row.getString("content"),
                                    row.getObject("posted_at", OffsetDateTime.class)
                                            .toInstant(),
                                    row.getString("trace_id"),
                                    kinds.getOrDefault(id, kind),
                                    row.getString("file_sha256"));
                        },
                        tenantId,
                        channelId,
                        groupedIds.toArray(Long[]::new))
                .stream()
                .collect(Collectors.groupingBy(AlbumMember::groupedId));
    }

    private static Album album(
            long id, long groupedId, List<AlbumMember> members, String hash, int revision, Album.Change change) {
        List<String> kinds =
                members.stream().map(AlbumMember::mediaKind).distinct().toList();
        String caption = members.stream()
                .map(AlbumMember::text)
                .filter(text -> !text.isBlank())
                .findFirst()
                .orElse(null);
        AlbumMember first = members.get(0);
        return new Album(
                id,
                groupedId,
                kinds.size() == 1 ? kinds.get(0) : "mixed",
                caption,
                first.sha256(),
                first.postedAt(),
                members.stream().map(AlbumMember::postId).toList(),
                hash,
                revision,
                first.traceId() == null ? PostWriter.newTraceId() : first.traceId(),
                change);
    }

    /** If the source does not state the kind, the file's MIME type determines it. Most albums consist of photos. */
    private static String kind(String mimeType) {
        if (mimeType == null || mimeType.startsWith("image/")) {
            return MediaKind.PHOTO.text();
        }
        return (mimeType.startsWith("video/") ? MediaKind.VIDEO : MediaKind.DOCUMENT).text();
    }

    /** SHA-256 in hex over members, kinds, files and texts in order. Any change to these changes the album. */
    private static String hash(List<AlbumMember> members) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (AlbumMember member : members) {
                String line = String.join(
                        "\0", member.postId().toString(), member.mediaKind(), "" + member.sha256(), member.text());
                digest.update((line + "\n").getBytes(UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
