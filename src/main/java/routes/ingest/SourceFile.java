package routes.ingest;

import java.nio.file.Path;
import routes.events.MediaFile;
import routes.posts.Post.MediaKind;

/**
 * The file of a message.
 *
 * @param type more specific than the kind of {@link routes.posts.Details.Attachment#kind}
 * @param name file name according to the source, for reports
 * @param path null if the source does not contain the file
 * @param declaredType MIME type according to the source, or null
 * @param missing why there is no path; null otherwise
 * @param stored the file in the object store if it is already there, in which case no path is needed; otherwise null
 */
public record SourceFile(
        MediaKind kind, String type, String name, Path path, String declaredType, String missing, MediaFile stored) {

    public SourceFile(MediaKind kind, String type, String name, Path path, String declaredType, String missing) {
        this(kind, type, name, path, declaredType, missing, null);
    }

    /** Returns this file with the given path. */
    public SourceFile at(Path newPath) {
        return new SourceFile(kind, type, name, newPath, declaredType, null, null);
    }

    /** Returns this file without content, with the reason why the source lacks it. */
    public SourceFile missing(String reason) {
        return new SourceFile(kind, type, name, null, declaredType, reason, null);
    }

    /** Returns this file as one that is already in the object store. */
    public SourceFile stored(MediaFile file) {
        return new SourceFile(kind, type, name, null, declaredType, null, file);
    }

    /** The file name without folders. Null if the source has a note instead of a file name. */
    public String title() {
        String title = name == null ? "" : name.substring(name.lastIndexOf('/') + 1);
        return kind == MediaKind.PHOTO || title.isBlank() || title.startsWith("(") ? null : title;
    }
}
