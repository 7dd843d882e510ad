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
import org.springframework.jdbc.core.simple.JdbcClient;
import routes.events.MediaFile;
import routes.posts.PostTable.SavedPost;

/** The SQL of {@code media_objects} and {@code post_media_map}. */
final class MediaTable {
    private final JdbcClient jdbc;
    private final String bucket;

    MediaTable(JdbcClient jdbc, String bucket) {
        this.jdbc = jdbc;
        this.bucket = bucket;
    }

    private record Reference(UUID postId, String sha256, int position) {}

    /**
     * Replaces the files of these posts with the current ones. First inserts rows of new files, then locks all rows, both in the
     * order of their hashes. Two batches therefore never deadlock, and a reference count taken after the lock includes all
     * references.
     */
    void save(UUID tenantId, List<SavedPost> posts) {
        if (posts.isEmpty()) {
            return;
        }
        Map<String, MediaFile> files = posts.stream()
                .flatMap(saved -> saved.post().media().stream())
                .collect(Collectors.toMap(MediaFile::sha256, Function.identity(), (one, same) -> one, TreeMap::new));
        UUID[] postIds = posts.stream().map(SavedPost::id).toArray(UUID[]::new);
        // an event identifies files only by hash; the storage key is known only to the producer that uploaded them
        insertObjects(
                tenantId,
                files.values().stream().filter(file -> file.s3Key() != null).toList());
        var referenced = new TreeSet<>(files.keySet());
        referenced.addAll(files(postIds));
        lock(tenantId, referenced);
        delete(postIds);
        List<Reference> references =
                posts.stream().flatMap(MediaTable::references).toList();
        jdbc.sql(
                        """
                        INSERT INTO post_media_map (post_id, file_sha256, position)
                        SELECT post_id, sha256, position
                        FROM jsonb_to_recordset(?::jsonb) AS r (post_id uuid, sha256 text, position int) ON CONFLICT DO NOTHING""")
                .param(PostTable.json(references))
                .update();
        count(tenantId, referenced, "last_seen_at = now(), ");
    }

    /** Removes the files of posts. Locks them as in {@link #save}, so that their reference counts stay correct. */
    void release(UUID tenantId, UUID[] postIds) {
        var files = new TreeSet<>(files(postIds));
        if (!files.isEmpty()) {
            lock(tenantId, files);
            delete(postIds);
            count(tenantId, files, "");
        }
    }

    private List<String> files(UUID[] postIds) {
        return jdbc.sql("SELECT DISTINCT file_sha256 FROM post_media_map WHERE post_id = ANY (?)")
                .param(postIds)
                .query(String.class)
                .list();
    }

    private void lock(UUID tenantId, TreeSet<String> files) {
        jdbc.sql(
                        "SELECT 1 FROM media_objects WHERE tenant_id = ? AND file_sha256 = ANY (?) ORDER BY file_sha256 FOR UPDATE")
                .params(tenantId, files.toArray(String[]::new))
                .query((row, n) -> true)
                .list();
    }

    private void delete(UUID[] postIds) {
        jdbc.sql("DELETE FROM post_media_map WHERE post_id = ANY (?)")
                .param(postIds)
                .update();
    }

    private void count(UUID tenantId, TreeSet<String> files, String seen) {
        jdbc.sql(
                        "UPDATE media_objects o SET " + seen
                                + """
                        refs_count = (SELECT count(*) FROM post_media_map m JOIN posts p ON p.id = m.post_id
                                      WHERE m.file_sha256 = o.file_sha256 AND p.tenant_id = o.tenant_id)
                        WHERE tenant_id = ? AND file_sha256 = ANY (?)""")
                .params(tenantId, files.toArray(String[]::new))
                .update();
    }

    /** Adds rows for new files, in the order of the list and without references. */
    void insertObjects(UUID tenantId, List<MediaFile> files) {
        if (files.isEmpty()) {
            return;
        }
        jdbc.sql(
                        """
                        INSERT INTO media_objects (tenant_id, s3_bucket, file_sha256, mime, size_bytes, s3_key)
                        SELECT ?, ?, sha256, mime_type, size_bytes, s3_key FROM jsonb_to_recordset(?::jsonb)
                            AS file (sha256 text, mime_type text, size_bytes bigint, s3_key text)
                        ON CONFLICT (tenant_id, file_sha256) DO NOTHING""")
                .params(tenantId, bucket, PostTable.json(files))
                .update();
    }

    private static Stream<Reference> references(SavedPost saved) {
        List<String> sha256List = saved.post().sha256List();
        return IntStream.range(0, sha256List.size())
                .mapToObj(position -> new Reference(saved.id(), sha256List.get(position), position));
    }
}
