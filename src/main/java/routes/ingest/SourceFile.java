package routes.ingest;

import java.nio.file.Path;
import routes.events.MediaFile;
import routes.posts.Post.MediaKind;

/**
 * The file of a message.
 *
 * @param type more specific than its kind, as {@link routes.posts.Details.Attachment#kind}
 * @param name according to the source, for reports
 * @param path null if the source does not have it
 * @param declaredType MIME type according to the source, or null
 * @param missing why there is no path; null otherwise
 * @param stored the file in the object store, if it is known to be there; then it needs no path. Null otherwise
 */
public record SourceFile(
        MediaKind kind, String type, String name, Path path, String declaredType, String missing, MediaFile stored) {

    public SourceFile(MediaKind kind, String type, String name, Path path, String declaredType, String missing) {
        this(kind, type, name, path, declaredType, missing, null);
    }

    /** The file, at this path. */
    public SourceFile at(Path newPath) {
        return new SourceFile(kind, type, name, newPath, declaredType, null, null);
    }

    /** The file, of which the source has nothing. */
    public SourceFile missing(String reason) {
        return new SourceFile(kind, type, name, null, declaredType, reason, null);
    }

    /** The file, which is in the object store. */
    public SourceFile stored(MediaFile file) {
        return new SourceFile(kind, type, name, null, declaredType, null, file);
    }

    /** The file's own name, without folders. Null if the source has only a note instead of one. */
    public String title() {
        String title = name == null ? "" : name.substring(name.lastIndexOf('/') + 1);
        return kind == MediaKind.PHOTO || title.isBlank() || title.startsWith("(") ? null : title;
    }
}
