package routes.text;

import java.lang.Character.UnicodeScript;

/** The main language of a text, detected by script. Only these two are distinguished. */
public enum Language {
    RU("ru"),
    EN("en");

    private final String code;

    Language(String code) {
        this.code = code;
    }

    /** Returns the ISO 639-1 code. */
    public String code() {
        return code;
    }

    /**
     * Detects the language: English only if Latin letters outnumber Cyrillic ones by more than three to one, because Russian posts
     * about technology contain many Latin names, while English posts contain no Cyrillic. A text without letters counts as Russian.
     */
    public static Language of(String text) {
        return count(text, UnicodeScript.LATIN) > 3 * count(text, UnicodeScript.CYRILLIC) ? EN : RU;
    }

    private static long count(String text, UnicodeScript script) {
        return text.codePoints().filter(c -> UnicodeScript.of(c) == script).count();
    }
}
