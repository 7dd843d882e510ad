package routes.posts;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.events.Sha256;

/**
 * Albums in {@code media_groups} and {@code media_group_items}. An album is computed from the rows of its posts, so that a late
 * member is added to the existing ones. An unchanged album is not written.
 */
@Component
public final class Albums {
    private final TransactionTemplate transaction;
    private final JdbcClient jdbc;

    public Albums(DataSource database, PlatformTransactionManager transactions, PostStoreSettings settings) {
        transaction = settings.transaction(transactions);
        jdbc = JdbcClient.create(database);
    }

    /** A post of an album. {@code sha256} is the hash of its first file, or null while the file is missing. */
    record Member(
            long groupedId,
            UUID postId,
            String text,
            Instant postedAt,
            String traceId,
            String mediaKind,
            String sha256) {}

    /** The change made by the last save of an album. */
    enum Change {
        CREATED,
        CHANGED,
        NONE
    }

    /**
     * The current state of an album.
     *
     * @param id of the row
     * @param members in message order
     * @param revision starts at 1 and increases with each late member or change
     */
    record Album(long id, long groupedId, List<Member> members, String contentHash, int revision, Change change) {
        /** Photo, video, document, or mixed. */
        String kind() {
            List<String> kinds =
                    members.stream().map(Member::mediaKind).distinct().toList();
            return kinds.size() == 1 ? kinds.get(0) : "mixed";
        }

        /** Returns the first text of a member; null if there is none. */
        String caption() {
            return members.stream()
                    .map(Member::text)
                    .filter(text -> !text.isBlank())
                    .findFirst()
                    .orElse(null);
        }

        /** Returns the first file of the first member; null if it is missing. */
        String coverSha256() {
            return members.get(0).sha256();
        }

        Instant postedAt() {
            return members.get(0).postedAt();
        }

        List<UUID> postIds() {
            return members.stream().map(Member::postId).toList();
        }

        String traceId() {
            return Objects.requireNonNullElseGet(members.get(0).traceId(), PostEvents::newTraceId);
        }
    }

    /** An album announced by the event of another producer. Albums of our own ingest are saved together with their posts. */
    public record Announced(UUID tenantId, UUID channelId, long groupedId, int revision) {}

    /** Returns the albums that are stored with this revision or a later one. Takes no locks. */
    public Set<Announced> saved(List<Announced> albums) {
        return Set.copyOf(jdbc.sql(
                        """
                        SELECT DISTINCT a.* FROM jsonb_to_recordset(?::jsonb)
                            AS a (tenant_id uuid, channel_id uuid, grouped_id bigint, revision int)
                        JOIN media_groups g USING (tenant_id, channel_id, grouped_id) WHERE g.revision >= a.revision""")
                .param(PostTable.json(albums))
                .query(Announced.class)
                .list());
    }

    /**
     * Saves an announced album, unless this revision or a later one is stored.
     *
     * @throws PostNotThereYetException if a member has no row yet
     */
    public void save(Announced album, List<UUID> postIds) {
        UUID[] ids = postIds.toArray(UUID[]::new);
        Set<Long> group = Set.of(album.groupedId());
        transaction.executeWithoutResult(status -> {
            PostLock.takeChannel(jdbc, album.tenantId(), album.channelId());
            var missing = new ArrayList<>(postIds);
            missing.removeAll(jdbc.sql("SELECT id FROM posts WHERE id = ANY (?)")
                    .param(ids)
                    .query(UUID.class)
                    .list());
            if (!missing.isEmpty()) {
                throw new PostNotThereYetException(missing.get(0));
            }
            if (!saved(List.of(album)).isEmpty()) {
                return;
            }
            jdbc.sql("UPDATE posts SET grouped_id = ? WHERE id = ANY (?) AND grouped_id IS NULL")
                    .params(album.groupedId(), ids)
                    .update();
            members(album.tenantId(), album.channelId(), group, Map.of()).forEach((groupedId, members) -> {
                var announced = new Album(0, groupedId, members, hash(members), album.revision(), Change.CHANGED);
                write(album.tenantId(), album.channelId(), announced, false);
            });
        });
    }

    private record Row(long groupedId, long id, int revision, String contentHash) {}

    /**
     * Updates the albums to match their posts, which must already be saved.
     *
     * @param kinds media kinds of the newly arrived posts; the kinds of older members are in their items
     */
    List<Album> save(
            UUID tenantId, UUID channelId, Collection<Long> groupedIds, Map<UUID, String> kinds, boolean inferred) {
        if (groupedIds.isEmpty()) {
            return List.of();
        }
        Map<Long, Row> rows = jdbc
                .sql(
                        """
                        SELECT grouped_id, id, revision, content_hash FROM media_groups
                        WHERE tenant_id = ? AND channel_id = ? AND grouped_id = ANY (?)""")
                .params(tenantId, channelId, groupedIds.toArray(Long[]::new))
                .query(Row.class)
                .list()
                .stream()
                .collect(Collectors.toMap(Row::groupedId, Function.identity()));
        var albums = new ArrayList<Album>();
        members(tenantId, channelId, groupedIds, kinds).forEach((groupedId, members) -> {
            Row row = rows.get(groupedId);
            String hash = hash(members);
            if (row == null) {
                var created = new Album(0, groupedId, members, hash, 1, Change.CREATED);
                albums.add(write(tenantId, channelId, created, inferred));
            } else if (hash.equals(row.contentHash())) {
                albums.add(new Album(row.id(), groupedId, members, hash, row.revision(), Change.NONE));
            } else {
                var changed = new Album(row.id(), groupedId, members, hash, row.revision() + 1, Change.CHANGED);
                albums.add(write(tenantId, channelId, changed, inferred));
            }
        });
        return albums;
    }

    /**
     * Writes the album and its items. Does not change a row with a later revision.
     *
     * @return the album with the id of its row
     */
    private Album write(UUID tenantId, UUID channelId, Album album, boolean inferred) {
        List<Member> members = album.members();
        List<Long> ids = jdbc.sql(
                        """
                        INSERT INTO media_groups (tenant_id, channel_id, grouped_id, album_kind, items_count, caption_text,
                            cover_media_id, posted_at, content_hash, revision, inferred)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        ON CONFLICT (tenant_id, channel_id, grouped_id) DO UPDATE SET album_kind = excluded.album_kind,
                            items_count = excluded.items_count, caption_text = excluded.caption_text,
                            cover_media_id = excluded.cover_media_id, posted_at = excluded.posted_at,
                            content_hash = excluded.content_hash, revision = excluded.revision, updated_at = now()
                        WHERE media_groups.revision < excluded.revision
                        RETURNING id""")
                .params(tenantId, channelId, album.groupedId(), album.kind(), members.size(), album.caption())
                .params(album.coverSha256(), PostTable.time(album.postedAt()), album.contentHash(), album.revision())
                .param(inferred)
                .query(Long.class)
                .list();
        if (ids.isEmpty()) {
            return album;
        }
        long id = ids.get(0);
        jdbc.sql("DELETE FROM media_group_items WHERE group_id = ?").param(id).update();
        jdbc.sql(
                        """
                        INSERT INTO media_group_items (group_id, position, post_id, media_kind, media_sha256)
                        SELECT ?, position - 1, (member ->> 'post_id')::uuid, member ->> 'media_kind', member ->> 'sha256'
                        FROM jsonb_array_elements(?::jsonb) WITH ORDINALITY AS members (member, position)""")
                .params(id, PostTable.json(members))
                .update();
        return new Album(id, album.groupedId(), members, album.contentHash(), album.revision(), album.change());
    }

    /** Clears albums without members. The row is kept, so that the revision continues if a member returns. */
    void clearEmpty(UUID tenantId, UUID channelId, Collection<Long> groupedIds) {
        if (groupedIds.isEmpty()) {
            return;
        }
        jdbc.sql(
                        """
                        WITH emptied AS (
                            UPDATE media_groups g SET items_count = 0, caption_text = NULL, cover_media_id = NULL,
                                content_hash = NULL, updated_at = now(),
                                meta = jsonb_strip_nulls(jsonb_build_object('assembly', meta -> 'assembly'))
                            WHERE (tenant_id, channel_id, grouped_id) IN (SELECT ?, ?, unnest(?)) AND NOT EXISTS (
                                SELECT 1 FROM posts p WHERE p.tenant_id = g.tenant_id AND p.channel_id = g.channel_id
                                    AND p.grouped_id = g.grouped_id AND NOT p.is_deleted)
                            RETURNING id)
                        DELETE FROM media_group_items WHERE group_id IN (SELECT id FROM emptied)""")
                .params(tenantId, channelId, groupedIds.toArray(Long[]::new))
                .update();
    }

    /**
     * Returns the members by album, in message order. If the source does not state the kind, the MIME type of the file determines
     * it; without a file, the member is a photo, like most members of albums.
     */
    private Map<Long, List<Member>> members(
            UUID tenantId, UUID channelId, Collection<Long> groupedIds, Map<UUID, String> kinds) {
        return jdbc
                .sql(
                        """
                        SELECT p.grouped_id, p.id AS post_id, p.content AS text, p.posted_at, p.trace_id,
                            coalesce(i.media_kind, CASE WHEN o.mime LIKE 'video/%' THEN 'video'
                                WHEN o.mime NOT LIKE 'image/%' THEN 'document' ELSE 'photo' END) AS media_kind,
                            f.file_sha256 AS sha256
                        FROM posts p
                        LEFT JOIN media_group_items i ON i.post_id = p.id
                        LEFT JOIN LATERAL (SELECT file_sha256 FROM post_media_map m WHERE m.post_id = p.id
                                           ORDER BY position LIMIT 1) f ON true
                        LEFT JOIN media_objects o ON o.tenant_id = p.tenant_id AND o.file_sha256 = f.file_sha256
                        WHERE (p.tenant_id, p.channel_id, p.grouped_id) IN (SELECT ?, ?, unnest(?)) AND NOT p.is_deleted
                        ORDER BY p.telegram_message_id""")
                .params(tenantId, channelId, groupedIds.toArray(Long[]::new))
                .query((row, n) -> new Member(
                        row.getLong("grouped_id"),
                        row.getObject("post_id", UUID.class),
                        row.getString("text"),
                        PostTable.instant(row, "posted_at"),
                        row.getString("trace_id"),
                        kinds.getOrDefault(row.getObject("post_id", UUID.class), row.getString("media_kind")),
                        row.getString("sha256")))
                .list()
                .stream()
                .collect(Collectors.groupingBy(Member::groupedId));
    }

    /** Returns the SHA-256 in hex of members, kinds, files and texts in order. Any change to these changes the album. */
    private static String hash(List<Member> members) {
        return Sha256.hex(members.stream()
                .map(member -> String.join(
                                "\0",
                                member.postId().toString(),
                                member.mediaKind(),
                                "" + member.sha256(),
                                member.text())
                        + "\n")
                .collect(Collectors.joining()));
    }
}
