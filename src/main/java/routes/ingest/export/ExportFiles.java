package routes.ingest.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import routes.ingest.SourceFile;
import routes.posts.Post.MediaKind;

/** The files next to a {@code result.json}. A path that leads out of the export's folder is never opened. */
final class ExportFiles {
    /** What Telegram Desktop writes instead of a path, sometimes after the file's name. */
    private static final Pattern NOT_INCLUDED =
            Pattern.compile("(?:(?<name>.*\\S) )?\\(((?:File|Photo|Video) [^()]*)\\)|\\((.*)\\)");

    private final Path folder;

    /**
     * @param folder must exist
     */
    ExportFiles(Path folder) throws IOException {
        this.folder = folder.toRealPath();
    }

    SourceFile locate(MediaKind kind, String type, String value, String name, String declaredType) {
        Matcher notIncluded = NOT_INCLUDED.matcher(value);
        boolean missing = notIncluded.matches();
        // old versions write the name before the reason
        String inValue = missing && notIncluded.group("name") != null ? notIncluded.group("name") : value;
        String shown = name == null || name.isBlank() ? inValue : name;
        if (missing) {
            String text = notIncluded.group(2) != null ? notIncluded.group(2) : notIncluded.group(3);
            String reason = text.contains(".") ? text.substring(0, text.indexOf('.')) : text;
            return new SourceFile(kind, type, shown, null, declaredType, reason);
        }
        try {
            Path path = folder.resolve(value).normalize();
            if (!path.startsWith(folder)) {
                return outside(kind, type, shown, declaredType);
            }
            if (!Files.isRegularFile(path)) {
                return new SourceFile(kind, type, shown, null, declaredType, "file is not in the export folder");
            }
            // a symbolic link may lead out of the folder although the path does not
            return path.toRealPath().startsWith(folder)
                    ? new SourceFile(kind, type, shown, path, declaredType, null)
                    : outside(kind, type, shown, declaredType);
        } catch (InvalidPathException | IOException e) {
            return new SourceFile(kind, type, shown, null, declaredType, "file cannot be opened: " + e.getMessage());
        }
    }

    private static SourceFile outside(MediaKind kind, String type, String name, String declaredType) {
        return new SourceFile(kind, type, name, null, declaredType, "path leaves the export folder");
    }
}
