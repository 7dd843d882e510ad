package routes.ingest.upload;

import java.nio.file.Path;

/**
 * Finds the export in a zip: it is in the folder of the least deeply nested {@code result.json}. Deeper ones are files of posts that
 * happen to have that name.
 */
final class ExportPlace {
    private static final String RESULT = "result.json";
    private static final String HTML = "messages.html";

    private String first;
    private String other;
    private boolean hasHtml;

    void file(String name) {
        if (isCalled(HTML, name)) {
            hasHtml = true;
        } else if (isCalled(RESULT, name)) {
            if (first == null || depth(name) < depth(first)) {
                first = name;
                other = null;
            } else if (depth(name) == depth(first)) {
                other = name;
            }
        }
    }

    /**
     * @throws UploadRefusedException if there is no export, or more than one
     */
    Path folder() throws UploadRefusedException {
        if (first == null) {
            throw UploadRefusedException.unusable(
                    hasHtml
                            ? "The zip holds an export as HTML, and no " + RESULT
                            : "The zip holds no " + RESULT + "; zips inside of it are not unpacked",
                    "Export from Telegram Desktop in the format \"Machine-readable JSON\" and zip that folder.");
        }
        if (other != null) {
            throw UploadRefusedException.unusable(
                    "The zip holds more than one export: " + EntryName.shown(first) + " and " + EntryName.shown(other),
                    "Upload each export by itself.");
        }
        return Path.of(first.substring(0, first.length() - RESULT.length()));
    }

    private static boolean isCalled(String fileName, String path) {
        return path.equals(fileName) || path.endsWith("/" + fileName);
    }

    private static long depth(String path) {
        return path.chars().filter(c -> c == '/').count();
    }
}
