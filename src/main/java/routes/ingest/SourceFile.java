package routes.ingest;

import java.nio.file.Path;
import routes.posts.Post.MediaKind;

/**
 * The file of a message.
 *
 * @param type more specific than its kind, as {@link routes.posts.Details.Attachment#kind}
 * @param name according to the source, for reports
 * @param path null if the source does not have it
 * @param declaredType MIME type according to the source, or null
 * @param missing why there is no path; null otherwise
 */
public record SourceFile(MediaKind kind, String type, String name, Path path, String declaredType, String missing) {
    /** The file's own name, without folders. Null if the source has only a note instead of one. */
    public String title() {
        String title = name == null ? "" : name.substring(name.lastIndexOf('/') + 1);
        return kind == MediaKind.PHOTO || title.isBlank() || title.startsWith("(") ? null : title;
    }
}
