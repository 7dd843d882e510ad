package routes.api;

import java.util.Optional;
import org.springframework.stereotype.Component;
import routes.api.http.Caller;

/** The files of posts that a caller may see. */
@Component
final class MediaFileStore {

    private final ApiDatabase database;

    MediaFileStore(ApiDatabase database) {
        this.database = database;
    }

    /** The file, if it belongs to this post and is stored; deleted posts have no files. */
    Optional<StoredFile> find(Caller caller, PostId post, String sha256) {
        return database.sql(
                        """
                        SELECT o.file_sha256 AS sha256, o.mime, o.size_bytes, o.s3_key
                        FROM posts p
                        JOIN post_media_map m ON m.post_id = p.id AND m.file_sha256 = :sha256
                        JOIN media_objects o ON o.tenant_id = p.tenant_id AND o.file_sha256 = m.file_sha256
                        WHERE %s = :id AND NOT p.is_deleted
                          AND (CAST(:caller AS uuid) IS NULL OR p.tenant_id = :caller)
                        """
                                .formatted(post.column()))
                .param("id", post.value())
                .param("sha256", sha256)
                .param("caller", caller.tenantOrNull())
                .query(StoredFile.class)
                .optional();
    }
}
