package routes.text;

import java.io.IOException;
import java.io.Reader;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.CharFilter;

/**
 * Rewrites a text so that Lucene's tokenizer finds the words that a reader sees: compatibility characters (full width, mathematical
 * letters, circled digits) become plain ones; soft hyphens, zero-width characters, stress marks and variation selectors are
 * removed; ё becomes е; a currency symbol becomes the name of the currency; a full stop next to a Cyrillic letter becomes a space.
 *
 * <p>For search, the scheme and the parameters of a web address are removed, its escaped letters are decoded, and a hyphen inside a
 * word becomes an underscore, at which the tokenizer does not split. In running text, addresses and keycap digits are unchanged,
 * and an underscore becomes a hyphen.
 *
 * <p>Offsets refer to the original text.
 */
final class SearchReader extends CharFilter {
    /** Currency names in the singular; all forms of a name have the same base form. */
    private static final Map<Integer, String> CURRENCIES = Map.of(
            (int) '₽', "рубль", (int) '$', "доллар", (int) '€', "евро", (int) '£', "фунт", (int) '¥', "йена", (int) '₸',
            "тенге", (int) '₴', "гривна", (int) '₿', "биткоин");

    private static final Pattern SCHEME = Pattern.compile("(?i)https?://(?:www\\.)?");
    private static final Pattern ESCAPED = Pattern.compile("(?:%[0-9A-Fa-f]{2})+");
    private static final Pattern C_PLUS_PLUS = Pattern.compile("[CcСс]\\+\\+");
    private static final Pattern C_SHARP = Pattern.compile("[CcСсFf]#(?![\\p{L}\\p{N}])");
    private static final Pattern DOT_NET = Pattern.compile("\\.(?=NET(?![\\p{L}\\p{N}])|net(?![\\p{L}\\p{N}/]))");

    /** Symbols that NFKC would expand to letters, or that are not words. */
    private static final String NO_WORDS = "™℠®©№ªº";

    private static final String HYPHENS = "-‐‑_";
    private static final int STRESS_FIRST = 0x300;
    private static final int STRESS_LAST = 0x36F;

    private final String text;
    private final boolean isRunningText;
    private StringBuilder plain;
    private int[] offsets;
    private int read;
    /** Whether the current position is in a web address with a scheme. */
    private boolean isAddress;

    static SearchReader forSearch(Reader in) {
        return new SearchReader(in, false);
    }

    static SearchReader forRunningText(Reader in) {
        return new SearchReader(in, true);
    }

    private SearchReader(Reader in, boolean isRunningText) {
        super(in);
        this.isRunningText = isRunningText;
        StringBuilder whole = new StringBuilder();
        try {
            char[] part = new char[512];
            for (int count = in.read(part); count >= 0; count = in.read(part)) {
                whole.append(part, 0, count);
            }
        } catch (IOException e) {
            throw new IllegalStateException("Cannot read a text", e);
        }
        text = whole.toString();
    }

    @Override
    public int read(char[] buffer, int start, int length) {
        if (plain == null) {
            rewrite();
        }
        int count = Math.min(length, plain.length() - read);
        if (count <= 0) {
            return -1;
        }
        plain.getChars(read, read + count, buffer, start);
        read += count;
        return count;
    }

    @Override
    protected int correct(int offset) {
        return offset < plain.length() ? offsets[offset] : text.length();
    }

    private void rewrite() {
        plain = new StringBuilder(text.length() + 16);
        offsets = new int[text.length() + 16];
        for (int i = 0; i < text.length(); ) {
            int sign = text.codePointAt(i);
            int next = i + Character.charCount(sign);
            if (sign == ' ' || isPlainLetter(sign) && !hasMark(next) && !mayStartName(sign, next)) {
                isAddress &= sign != ' ';
                add(sign, i);
                i = next;
            } else {
                i = special(sign, i, next);
            }
        }
    }

    /** Nearly all characters of a text: digits, and unchanged letters of both alphabets. */
    private static boolean isPlainLetter(int sign) {
        return sign >= 'a' && sign <= 'z'
                || sign >= 'A' && sign <= 'Z'
                || sign >= '0' && sign <= '9'
                || sign >= 'А' && sign <= 'я';
    }

    private boolean hasMark(int next) {
        return next < text.length() && text.charAt(next) >= STRESS_FIRST && isMark(text.charAt(next));
    }

    /** Whether the letter may begin an address or the name of a programming language. */
    private boolean mayStartName(int sign, int next) {
        return (sign | 0x20) == 'h' && text.regionMatches(true, next, "ttp", 0, 3) || startsSign(next);
    }

    private boolean startsSign(int i) {
        return i < text.length() && (text.charAt(i) == '+' || text.charAt(i) == '#');
    }

    /** Returns the position at which reading continues. */
    private int special(int sign, int i, int next) {
        if ((sign | 0x20) == 'h') {
            int end = end(SCHEME, i);
            if (isRunningText && end > i) {
                return whole(i);
            }
            isAddress |= end > i;
            add(end > i ? ' ' : sign, i);
            return Math.max(end, next);
        }
        if ((startsSign(next) || sign == '.') && (i == 0 || !isWord(text.codePointBefore(i)))) {
            if (end(C_PLUS_PLUS, i) > i) {
                return name("cplusplus", i, end(C_PLUS_PLUS, i));
            }
            if (end(C_SHARP, i) > i) {
                return name((sign | 0x20) == 'f' ? "fsharp" : "csharp", i, end(C_SHARP, i));
            }
            if (end(DOT_NET, i) > i) {
                return name("dot", i, next);
            }
        }
        if (isAddress && (sign == '?' || sign == '#')) {
            add(' ', i);
            return endOfAddress(next);
        }
        if (sign == '%' && end(ESCAPED, i) > i) {
            return escaped(i, end(ESCAPED, i));
        }
        if (CURRENCIES.containsKey(sign)) {
            boolean isCashtag = sign == '$' && next < text.length() && Character.isLetter(text.codePointAt(next));
            name(isCashtag ? " " : " " + CURRENCIES.get(sign), i, next);
            add(' ', next);
            return next;
        }
        if (isInvisible(sign) && !(isRunningText && belongsToSign(sign))) {
            return next;
        }
        if (Character.isWhitespace(sign)) {
            isAddress = false;
        }
        if (sign == '.' || sign == ':' || HYPHENS.indexOf(sign) >= 0) {
            add(between(sign, next), i);
            return next;
        }
        if (NO_WORDS.indexOf(sign) >= 0) {
            add(' ', i);
            return next;
        }
        if (sign == '’') {
            add('\'', i);
            return next;
        }
        return letter(sign, i, next);
    }

    /** Copies an address with all its characters. */
    private int whole(int i) {
        int end = endOfAddress(i);
        for (int at = i; at < end; at++) {
            add(text.charAt(at), at);
        }
        return end;
    }

    private int endOfAddress(int i) {
        int end = i;
        while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        return end;
    }

    /** Returns the replacement of a full stop, colon or hyphen: part of the word or a space. */
    private char between(int sign, int next) {
        int before = plain.isEmpty() ? ' ' : plain.codePointBefore(plain.length());
        int after = next < text.length() ? text.codePointAt(next) : ' ';
        if (!Character.isLetterOrDigit(before) || !Character.isLetterOrDigit(after)) {
            return ' ';
        }
        if (HYPHENS.indexOf(sign) >= 0) {
            return isRunningText ? '-' : '_';
        }
        return sign == '.' && !isAddress && !isCyrillic(before) && !isCyrillic(after) ? '.' : ' ';
    }

    /** Reads a character with the marks that belong to it. */
    private int letter(int sign, int i, int next) {
        int end = next;
        while (end < text.length() && isMark(text.charAt(end))) {
            end++;
        }
        if (end == next && (sign < 0x80 || isPlainLetter(sign))) {
            add(sign, i);
            return end;
        }
        String letters = text.substring(i, end);
        if (end > next || (sign > 0x7F && !isCyrillic(sign))) {
            letters = Normalizer.normalize(letters, Normalizer.Form.NFKC);
        }
        letters.codePoints().filter(c -> !isMark(c)).forEach(c -> add(c == 'ё' ? 'е' : c == 'Ё' ? 'Е' : c, i));
        return end;
    }

    private int escaped(int i, int end) {
        String decoded = URLDecoder.decode(text.substring(i, end), StandardCharsets.UTF_8);
        return name(decoded.indexOf('\uFFFD') < 0 ? decoded.replace('ё', 'е').replace('Ё', 'Е') : " ", i, end);
    }

    private int name(String name, int i, int end) {
        name.codePoints().forEach(c -> add(c, i));
        return end;
    }

    private void add(int sign, int offset) {
        int length = plain.length();
        plain.appendCodePoint(sign);
        if (plain.length() > offsets.length) {
            offsets = Arrays.copyOf(offsets, 2 * plain.length());
        }
        for (int i = length; i < plain.length(); i++) {
            offsets[i] = offset;
        }
    }

    private int end(Pattern pattern, int i) {
        Matcher matcher = pattern.matcher(text).region(i, text.length()).useTransparentBounds(true);
        return matcher.lookingAt() ? Math.max(matcher.end(), i + 1) : i;
    }

    private static boolean isWord(int sign) {
        return Character.isLetterOrDigit(sign);
    }

    private static boolean isMark(int sign) {
        return sign >= STRESS_FIRST && sign <= STRESS_LAST;
    }

    /** Whether the mark turns the preceding digit into an emoji, as in "1️⃣", or belongs to one. Without it, a number would remain. */
    private boolean belongsToSign(int mark) {
        return (mark == 0xFE0F || mark == 0x20E3)
                && !plain.isEmpty()
                && !Character.isLetter(plain.codePointBefore(plain.length()));
    }

    /** Besides format characters: marks without a letter, variation selectors, skin tones, the frame of a keycap. */
    private static boolean isInvisible(int sign) {
        return Character.getType(sign) == Character.FORMAT
                || isMark(sign)
                || (sign >= 0xFE00 && sign <= 0xFE0F)
                || (sign >= 0x1F3FB && sign <= 0x1F3FF)
                || (sign >= 0xE0100 && sign <= 0xE01EF)
                || sign == 0x20E3
                || sign == 0x034F;
    }

    private static boolean isCyrillic(int letter) {
        return Character.UnicodeScript.of(letter) == Character.UnicodeScript.CYRILLIC;
    }
}
