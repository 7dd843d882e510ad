package routes.text;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The normalized form for comparing texts: lower case, ё written as е, each run of whitespace (including line breaks and no-break
 * spaces) as one space, trimmed.
 */
public final class NormalizedText {
    /** Zero-width spaces and joiners, soft hyphens, direction marks. */
    private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cf}\\uFE0F]");

    /** Letters, marks and digits, without symbols: NFKC would expand ™ to letters. */
    private static final Pattern LETTERS = Pattern.compile("[\\p{L}\\p{M}\\p{N}]+");

    /** Combining marks that are not part of a letter: stress marks. */
    private static final Pattern MARKS = Pattern.compile("[\\u0300-\\u036F]");

    private NormalizedText() {}

    /** Returns the text as displayed: composed (й is one character) and without invisible characters. */
    public static String visible(String text) {
        return isPlain(text)
                ? text
                : INVISIBLE
                        .matcher(Normalizer.normalize(text, Normalizer.Form.NFC))
                        .replaceAll("");
    }

    /**
     * Whether the word contains only ASCII characters and Russian letters, as nearly all words do. Control characters count as
     * visible.
     */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80 && (c < 'А' || c > 'я') && c != 'ё' && c != 'Ё') {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns the text in plain letters: without stress marks, full-width and mathematical letters replaced by plain ones, each
     * word in one alphabet. Words are compared in this form and shown as they were written.
     */
    public static String inPlainLetters(String text) {
        String letters = isPlain(text)
                ? text
                : LETTERS.matcher(text)
                        .replaceAll(word -> MARKS.matcher(Normalizer.normalize(word.group(), Normalizer.Form.NFKC))
                                .replaceAll(""));
        char[] plain = letters.toCharArray();
        LookAlikes.unify(plain, plain.length);
        return new String(plain);
    }

    public static String of(String text) {
        return collapsed(text).strip().toLowerCase(Locale.ROOT).replace('ё', 'е');
    }

    /** Written without a regular expression, which took a tenth of the time of an import. */
    private static String collapsed(String text) {
        StringBuilder plain = null;
        boolean wasBlank = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean isBlank = c >= '\t' && c <= '\r' || Character.isSpaceChar(c);
            if (plain == null && (isBlank && wasBlank || isBlank && c != ' ')) {
                plain = new StringBuilder(text.length()).append(text, 0, i);
            }
            if (plain != null && !(isBlank && wasBlank)) {
                plain.append(isBlank ? ' ' : c);
            }
            wasBlank = isBlank;
        }
        return plain == null ? text : plain.toString();
    }
}
