package routes.ingest.export;

import java.util.regex.Pattern;

/**
 * Telegram Desktop 4.0.4 to 4.1.1 writes the {@code document_id} of a custom emoji without quotes: a path, or why the file is
 * missing (tdesktop issues 24961 and 24984, fixed by commit 82d68f5b98 in 4.1.2). The value is at the end of its line.
 */
final class UnquotedCustomEmoji {
    private static final Pattern VALUE = Pattern.compile(
            "(\"document_id\"\\s*:[ \\t]*)(?![\\s\"\\d\\[{-]|null\\b)([^\"\\n\\r]*?)(?=\\s*(?:,?[ \\t]*[\\r\\n]|}\\s*[,\\]]))");

    private UnquotedCustomEmoji() {}

    static String mend(String json) {
        return VALUE.matcher(json).replaceAll("$1\"$2\"");
    }
}
