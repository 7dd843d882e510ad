package routes.text;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The form in which texts are compared: lower case, ё written as е, every run of white space (also line breaks and
 * no-break spaces) as one blank, none at the ends.
 */
public final class NormalizedText {
    private static final Pattern WHITE_SPACE = Pattern.compile("[\\s\\p{Z}]+");

    private NormalizedText() {}

    public static String of(String text) {
        return WHITE_SPACE
                .matcher(text)
                .replaceAll(" ")
                .strip()
                .toLowerCase(Locale.ROOT)
                .replace('ё', 'е');
    }
}
