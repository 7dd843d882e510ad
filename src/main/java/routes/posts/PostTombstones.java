package routes.posts;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcTemplate;

/** The SQL of the remains of deleted posts, and of deletions that arrived before their post. */
final class PostTombstones {
    private final JdbcTemplate jdbc;
    private final MediaTable media;

    PostTombstones(JdbcTemplate jdbc, String mediaBucket) {
        this.jdbc = jdbc;
        media = new MediaTable(jdbc, mediaBucket);
    }

    /** See {@link PostRemoval#erase}. Counters, times and ids stay: they reveal nothing of the content. */
    void erase(UUID tenantId, UUID[] postIds) {
        media.release(tenantId, postIds);
        for (String table : new String[] {"post_edits", "post_enrichment", "media_group_items", "trend_posts"}) {
            jdbc.update("DELETE FROM " + table + " WHERE post_id = ANY (?)", (Object) postIds);
        }
        jdbc.update(
                """
                UPDATE posts SET content = '', attachment_text = NULL, entities = NULL, details = '{}', content_hash = NULL,
                    urls = '[]', author_name = NULL, has_media = false,
                    forward_from_chat_id = NULL, forward_from_message_id = NULL, forward_date = NULL,
                    forward_from_name = NULL, reply_to_message_id = NULL, telegram_post_url = NULL,
                    tagging_error = NULL, indexing_status = 'skipped', indexing_error = 'deleted', index_state = '{}',
                    index_revision = index_revision + 1, cleaned_at = now(), updated_at = now()
                WHERE id = ANY (?) AND is_deleted""",
                (Object) postIds);
    }

    /** Records the deletions of posts that are not stored. */
    Set<UUID> noteEarly(Collection<EarlyDeletion> deletions) {
        Set<UUID> missing = deletions.stream().map(EarlyDeletion::postId).collect(Collectors.toSet());
        missing.removeAll(jdbc.queryForList(
                "SELECT id FROM posts WHERE id = ANY (?)", UUID.class, (Object) missing.toArray(UUID[]::new)));
        List<EarlyDeletion> noted = deletions.stream()
                .filter(deletion -> missing.contains(deletion.postId()))
                .toList();
        if (!noted.isEmpty()) {
            jdbc.update(
                    """
                    INSERT INTO early_deletions (post_id, tenant_id, reason)
                    SELECT * FROM unnest(?::uuid[], ?::uuid[], ?::text[]) ON CONFLICT DO NOTHING""",
                    noted.stream().map(EarlyDeletion::postId).toArray(UUID[]::new),
                    noted.stream().map(EarlyDeletion::tenantId).toArray(UUID[]::new),
                    noted.stream().map(deletion -> deletion.reason().text()).toArray(String[]::new));
        }
        return missing;
    }

    /** Just inserted posts whose deletion arrived first become tombstones at once: no other store contains them. */
    void applyEarly(UUID tenantId, UUID[] inserted) {
        List<UUID> deleted = jdbc.queryForList(
                """
                WITH early AS (DELETE FROM early_deletions WHERE post_id = ANY (?)
                                   AND (tenant_id IS NULL OR tenant_id = ?) RETURNING *)
                UPDATE posts p SET is_deleted = true, deleted_at = early.deleted_at,
                    deletion_reason = early.reason, tagging_status = 'skipped'
                FROM early WHERE p.id = early.post_id RETURNING p.id""",
                UUID.class,
                inserted,
                tenantId);
        if (!deleted.isEmpty()) {
            erase(tenantId, deleted.toArray(UUID[]::new));
        }
    }

    int forgetEarly(Instant before, int limit) {
        return jdbc.update(
                """
                DELETE FROM early_deletions WHERE post_id IN
                    (SELECT post_id FROM early_deletions WHERE deleted_at < ? ORDER BY deleted_at LIMIT ?)""",
                before.atOffset(ZoneOffset.UTC),
                limit);
    }
}
