package routes.api.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.curiousoddman.rgxgen.RgxGen;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

/** Texts that programs stumble over. */
final class Strings {
    static final List<String> NASTY = List.of(
            " ",
            "\u00a0",
            "\u200b",
            "null",
            "undefined",
            "NaN",
            "true",
            "-1",
            "0",
            "1e309",
            "' OR '1'='1",
            "'; DROP TABLE posts; --",
            "\") OR 1=1 --",
            "*)(uid=*))(|(uid=*",
            "../../../../etc/passwd",
            "..\\..\\windows\\win.ini",
            "%2e%2e%2f",
            "%00",
            "file:///etc/passwd",
            "${jndi:ldap://127.0.0.1/a}",
            "{{7*7}}",
            "#{T(Object).new()}",
            "<script>alert(1)</script>",
            "&lt;&#0;",
            "a\u0000b",
            "\u0007",
            "\u001b[31m",
            "a\r\nSet-Cookie: a=b",
            "line\nline",
            "\t",
            "\ufeffbom",
            "\u202egnp.exe",
            "مرحبا بالعالم",
            "שלום",
            "Привет, мир ёЁ",
            "İıſK",
            "e\u0301",
            "👩‍👩‍👧‍👦🏳️‍🌈",
            "\ud83d\ude00",
            "\ud800",
            "\udfff tail",
            "\uffff\ufffe",
            "z\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309",
            "***=(",
            "(?:a+)+$",
            "[[:alpha:]",
            "\\",
            "\\u0000",
            "\"",
            "%",
            "_%_%",
            "a&b=c",
            "a;b",
            "a#b",
            "a/b",
            "+",
            "COM1",
            "text:*",
            "a AND OR NOT",
            "\"unclosed",
            "title:[a TO",
            "~^2",
            "{!func}");

    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789_";
    private static final String CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя";

    private Strings() {}

    static <T> T one(List<T> from, Random random) {
        return from.get(random.nextInt(from.size()));
    }

    /** A text of the length in characters of UTF-16 that matches: an odd one by chance, else one that is made from the pattern. */
    static String matching(Pattern pattern, int min, int max, Random random) {
        for (int attempt = 0; attempt < 1000; attempt++) {
            String text = attempt < 500 ? any(min, max, random) : made(pattern, random);
            if (text.length() >= min
                    && text.length() <= max
                    && pattern.matcher(text).find()) {
                return text;
            }
        }
        throw new IllegalStateException("No text is found that matches " + pattern);
    }

    private static String made(Pattern pattern, Random random) {
        return RgxGen.parse(pattern.pattern().replaceAll("^\\^|\\$$", "")).generate(random);
    }

    /** Empty where nothing is found. */
    static List<String> notMatching(Pattern pattern) {
        return NASTY.stream().filter(text -> !pattern.matcher(text).find()).toList();
    }

    private static String any(int min, int max, Random random) {
        int shortest = Math.max(min, 1);
        int length =
                switch (random.nextInt(6)) {
                    case 0 -> shortest;
                    case 1 -> Math.min(max, 4000);
                    default -> shortest + random.nextInt(Math.max(1, Math.min(max, 40) - shortest + 1));
                };
        return switch (random.nextInt(6)) {
            case 0 -> one(NASTY, random);
            case 1 -> random(CYRILLIC, length, random);
            case 2 -> "@" + random(LETTERS, Math.max(1, Math.min(length, 32) - 1), random);
            case 3 -> "https://t.me/" + random(LETTERS.substring(0, 26), 4 + random.nextInt(28), random);
            default -> random(LETTERS, length, random);
        };
    }

    private static String random(String alphabet, int length, Random random) {
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    /** Every byte that is not plainly a letter or digit, percent-encoded. */
    static String encode(String text) {
        var encoded = new StringBuilder();
        for (byte octet : text.getBytes(UTF_8)) {
            boolean isPlain = octet > 0 && (Character.isLetterOrDigit(octet) || "-._~".indexOf(octet) >= 0);
            encoded.append(isPlain ? String.valueOf((char) octet) : String.format("%%%02X", octet));
        }
        return encoded.toString();
    }
}
