package routes.text;

/** The main language of a text, detected by script. The product distinguishes only these two. */
public enum Language {
    RU("ru"),
    EN("en");

    private final String code;

    Language(String code) {
        this.code = code;
    }

    /** ISO 639-1. */
    public String code() {
        return code;
    }

    /**
     * English only if Latin letters outnumber Cyrillic ones by more than three to one: Russian posts about technology are full of
     * Latin names, English posts contain no Cyrillic. A text without letters counts as Russian.
     */
    public static Language of(String text) {
        long cyrillic = text.codePoints()
                .filter(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.CYRILLIC)
                .count();
        long latin = text.codePoints()
                .filter(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.LATIN)
                .count();
        return latin > 3 * cyrillic ? EN : RU;
    }
}
