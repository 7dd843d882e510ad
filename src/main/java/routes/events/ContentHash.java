package routes.events;

import java.util.Locale;
import java.util.regex.Pattern;

/** Tells whether two texts are the same apart from case and white space. */
public final class ContentHash {

    // Unicode, since posts are full of non-breaking spaces
    private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

    private ContentHash() {}

    /** That of a post: of its text and of what its attachments say. */
    public static String of(String text, String attachmentText) {
        return of(PostParsed.allText(text == null ? "" : text, attachmentText));
    }

    /** SHA-256 in hex of the lower-cased, trimmed text with every run of white space as one space; null counts as empty. */
    public static String of(String text) {
        String lower = text == null ? "" : text.toLowerCase(Locale.ROOT);
        return Sha256.hex(SPACE.matcher(lower).replaceAll(" ").strip());
    }
}
