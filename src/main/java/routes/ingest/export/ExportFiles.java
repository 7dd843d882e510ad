package routes.ingest.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import routes.ingest.SourceFile;
import routes.posts.Post.MediaKind;

/** The files next to a {@code result.json}. Paths outside the folder of the export are never opened. */
final class ExportFiles {
    /** The text that Telegram Desktop writes instead of a path, sometimes after the file name. */
    private static final Pattern NOT_INCLUDED =
            Pattern.compile("(?:(?<name>.*\\S) )?\\(((?:File|Photo|Video) [^()]*)\\)|\\((.*)\\)");

    private final Path folder;

    /**
     * @param folder existing folder of the export
     */
    ExportFiles(Path folder) throws IOException {
        this.folder = folder.toRealPath();
    }

    SourceFile locate(MediaKind kind, String type, String value, String name, String declaredType) {
        Matcher notIncluded = NOT_INCLUDED.matcher(value);
        boolean missing = notIncluded.matches();
        // old versions write the file name before the reason
        String inValue = missing && notIncluded.group("name") != null ? notIncluded.group("name") : value;
        String shown = name == null || name.isBlank() ? inValue : name;
        if (missing) {
            String text = notIncluded.group(2) != null ? notIncluded.group(2) : notIncluded.group(3);
            String reason = text.contains(".") ? text.substring(0, text.indexOf('.')) : text;
            return new SourceFile(kind, type, shown, null, declaredType, reason);
        }
        Path path = null;
        String reason;
        try {
            path = folder.resolve(value).normalize();
            reason = missing(path);
        } catch (InvalidPathException | IOException e) {
            reason = "file cannot be opened: " + e.getMessage();
        }
        return new SourceFile(kind, type, shown, reason == null ? path : null, declaredType, reason);
    }

    /** Returns why the file must not be read; null if it may be read. */
    private String missing(Path path) throws IOException {
        if (path.startsWith(folder) && !Files.isRegularFile(path)) {
            return "file is not in the export folder";
        }
        // a symbolic link can lead out of the folder although the path does not
        return path.startsWith(folder) && path.toRealPath().startsWith(folder)
                ? null
                : "path is outside the export folder";
    }
}
