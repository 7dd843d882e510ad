package routes.text;

/** Latin and Cyrillic letters that look the same. */
final class LookAlikes {
    private static final String LATIN = "aceopxykijsABCEHKMOPTXYIJS";
    private static final String CYRILLIC = "асеорхукіјѕАВСЕНКМОРТХУІЈЅ";

    private LookAlikes() {}

    /** Converts each word that mixes both alphabets to one of them, if the letters of the other one are only look-alikes. */
    static void unify(char[] text, int length) {
        int from = 0;
        for (int i = 0; i <= length; i++) {
            if (i == length || !Character.isLetter(text[i])) {
                unify(text, from, i);
                from = i + 1;
            }
        }
    }

    private static void unify(char[] text, int from, int to) {
        int latin = 0;
        int cyrillic = 0;
        boolean latinLooksCyrillic = true;
        boolean cyrillicLooksLatin = true;
        for (int i = from; i < to; i++) {
            char c = text[i];
            if (c < 0x250) {
                latin++;
                latinLooksCyrillic &= LATIN.indexOf(c) >= 0;
            } else if (c >= 0x400 && c < 0x530) {
                cyrillic++;
                cyrillicLooksLatin &= CYRILLIC.indexOf(c) >= 0;
            }
        }
        if (latin == 0 || cyrillic == 0 || !(latinLooksCyrillic || cyrillicLooksLatin)) {
            return;
        }
        boolean toCyrillic = latinLooksCyrillic && (!cyrillicLooksLatin || cyrillic >= latin);
        String wrong = toCyrillic ? LATIN : CYRILLIC;
        String right = toCyrillic ? CYRILLIC : LATIN;
        for (int i = from; i < to; i++) {
            int place = wrong.indexOf(text[i]);
            if (place >= 0) {
                text[i] = right.charAt(place);
            }
        }
    }
}
