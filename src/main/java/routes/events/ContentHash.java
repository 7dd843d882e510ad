package routes.events;

import java.util.Locale;
import java.util.regex.Pattern;

/** A hash that is equal for texts that differ only in case and white space. */
public final class ContentHash {

    // Unicode, since posts contain many non-breaking spaces
    private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

    private ContentHash() {}

    /** The hash of a post: of its text and its attachment text. */
    public static String of(String text, String attachmentText) {
        return of(PostParsed.allText(text == null ? "" : text, attachmentText));
    }

    /** SHA-256 in hex of the lower-cased, trimmed text with every run of white space as one space; null counts as empty. */
    public static String of(String text) {
        String lower = text == null ? "" : text.toLowerCase(Locale.ROOT);
        return Sha256.hex(SPACE.matcher(lower).replaceAll(" ").strip());
    }
}
