package routes.text;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The form in which texts are compared: lower case, ё written as е, every run of white space (including line breaks and no-break
 * spaces) as one space, trimmed.
 */
public final class NormalizedText {
    private static final Pattern WHITE_SPACE = Pattern.compile("[\\s\\p{Z}]+");

    /** Zero-width spaces and joiners, soft hyphens, direction marks. */
    private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cf}\\uFE0F]");

    private NormalizedText() {}

    /** The text as a reader sees it: composed (й is one character) and without invisible characters. */
    public static String visible(String text) {
        return INVISIBLE
                .matcher(Normalizer.normalize(text, Normalizer.Form.NFC))
                .replaceAll("");
    }

    public static String of(String text) {
        // most compared texts are single words
        boolean blanks = text.chars().anyMatch(c -> Character.isWhitespace(c) || Character.isSpaceChar(c));
        String plain = blanks ? WHITE_SPACE.matcher(text).replaceAll(" ").strip() : text;
        return plain.toLowerCase(Locale.ROOT).replace('ё', 'е');
    }
}
