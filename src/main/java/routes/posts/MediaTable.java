package routes.posts;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.events.MediaFile;

/** The SQL of {@code media_objects} and {@code post_media_map}. */
final class MediaTable {
    private static final int ROWS_PER_STATEMENT = 500;

    private final JdbcTemplate jdbc;
    private final String bucket;

    MediaTable(JdbcTemplate jdbc, String bucket) {
        this.jdbc = jdbc;
        this.bucket = bucket;
    }

    private record Reference(UUID postId, String sha256, int position) {}

    /**
     * Replaces the files of these posts with their present ones. First inserts rows of new files, then locks all rows, both in the order
     * of their hashes. So two batches never deadlock, and a reference count taken after the lock includes all references.
     */
    void save(UUID tenantId, List<SavedPost> posts) {
        if (posts.isEmpty()) {
            return;
        }
        Map<String, MediaFile> files = posts.stream()
                .flatMap(saved -> saved.post().media().stream())
                .collect(Collectors.toMap(MediaFile::sha256, Function.identity(), (one, same) -> one, TreeMap::new));
        UUID[] postIds = posts.stream().map(SavedPost::id).toArray(UUID[]::new);
        // an event identifies files by hash only; just their uploader knows where they are stored
        insertObjects(
                tenantId,
                files.values().stream().filter(file -> file.s3Key() != null).toList());
        var referenced = new TreeSet<>(files.keySet());
        referenced.addAll(jdbc.queryForList(
                "SELECT file_sha256 FROM post_media_map WHERE post_id = ANY (?)", String.class, (Object) postIds));
        String[] sha256List = referenced.toArray(String[]::new);
        lock(tenantId, sha256List);
        jdbc.update("DELETE FROM post_media_map WHERE post_id = ANY (?)", (Object) postIds);
        jdbc.batchUpdate(
                "INSERT INTO post_media_map (post_id, file_sha256, position) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                posts.stream().flatMap(MediaTable::references).toList(),
                ROWS_PER_STATEMENT,
                (statement, reference) -> {
                    statement.setObject(1, reference.postId());
                    statement.setString(2, reference.sha256());
                    statement.setInt(3, reference.position());
                });
        count(tenantId, sha256List, "last_seen_at = now(), ");
    }

    /** Removes the files of posts. Locks them as above, so that their reference counts stay correct. */
    void release(UUID tenantId, UUID[] postIds) {
        List<String> files = jdbc.queryForList(
                "SELECT DISTINCT file_sha256 FROM post_media_map WHERE post_id = ANY (?) ORDER BY file_sha256",
                String.class,
                (Object) postIds);
        if (files.isEmpty()) {
            return;
        }
        String[] sha256List = files.toArray(String[]::new);
        lock(tenantId, sha256List);
        jdbc.update("DELETE FROM post_media_map WHERE post_id = ANY (?)", (Object) postIds);
        count(tenantId, sha256List, "");
    }

    private void lock(UUID tenantId, String[] sha256List) {
        jdbc.queryForList(
                "SELECT 1 FROM media_objects WHERE tenant_id = ? AND file_sha256 = ANY (?) ORDER BY file_sha256 FOR UPDATE",
                tenantId,
                sha256List);
    }

    private void count(UUID tenantId, String[] sha256List, String seen) {
        jdbc.update(
                "UPDATE media_objects o SET " + seen
                        + """
                        refs_count = (SELECT count(*) FROM post_media_map m JOIN posts p ON p.id = m.post_id
                                      WHERE m.file_sha256 = o.file_sha256 AND p.tenant_id = o.tenant_id)
                        WHERE tenant_id = ? AND file_sha256 = ANY (?)""",
                tenantId,
                sha256List);
    }

    private void insertObjects(UUID tenantId, List<MediaFile> files) {
        jdbc.batchUpdate(
                """
                INSERT INTO media_objects (tenant_id, file_sha256, mime, size_bytes, s3_key, s3_bucket)
                VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (tenant_id, file_sha256) DO NOTHING""",
                files,
                ROWS_PER_STATEMENT,
                (statement, file) -> {
                    statement.setObject(1, tenantId);
                    statement.setString(2, file.sha256());
                    statement.setString(3, file.mimeType());
                    statement.setLong(4, file.sizeBytes());
                    statement.setString(5, file.s3Key());
                    statement.setString(6, bucket);
                });
    }

    private static Stream<Reference> references(SavedPost saved) {
        List<String> sha256List = saved.post().sha256List();
        return IntStream.range(0, sha256List.size())
                .mapToObj(position -> new Reference(saved.id(), sha256List.get(position), position));
    }
}
