package routes.events;

import java.util.Locale;

/** A hash that is equal for texts that differ only in case and white space. */
public final class ContentHash {

    private ContentHash() {}

    /** Returns the hash of a post's text and attachment text. */
    public static String of(String text, String attachmentText) {
        return of(PostParsed.allText(text == null ? "" : text, attachmentText));
    }

    /** Returns the SHA-256 in hex of the lower-cased, trimmed text, with every run of white space as one space; null counts as empty. */
    public static String of(String text) {
        String lower = text == null ? "" : text.toLowerCase(Locale.ROOT);
        return Sha256.hex(withSingleSpaces(lower).strip());
    }

    /** A loop for speed: it processes every text of an import. */
    static String withSingleSpaces(String text) {
        var result = new StringBuilder(text.length());
        boolean space = false;
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (!isWhiteSpace(unit)) {
                result.append(unit);
                space = false;
            } else if (!space) {
                result.append(' ');
                space = true;
            }
        }
        return result.toString();
    }

    /** Unicode property White_Space, because posts contain many non-breaking spaces. */
    private static boolean isWhiteSpace(char unit) {
        return switch (unit) {
            case '\t', '\n', 0x0B, '\f', '\r', ' ', 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
            default -> unit >= 0x2000 && unit <= 0x200A;
        };
    }
}
