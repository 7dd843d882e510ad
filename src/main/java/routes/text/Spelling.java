package routes.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Alternative spellings of typed words: on the other keyboard layout, or in the other alphabet. */
public final class Spelling {
    /** The keys of the US layout. The next constant contains the Russian letters on these keys. */
    private static final String LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.~QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>";

    private static final String RUSSIAN_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбюЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ";

    /**
     * Latin spellings with their Russian equivalents, most likely first; the longest matching spelling is used. Sources: GOST
     * 7.79-2000 (system B), ISO 9, passports (ICAO 9303) and common usage.
     */
    private static final Map<String, List<String>> TO_RUSSIAN = table(
            """
            ium ий,иум|iya ия|aya ая|oya оя|uya уя|eya ея|yya ыя
            shch щ|sch щ|yo е,йо|jo е,йо|zh ж|kh х|ts ц|tz ц|ch ч|sh ш|yu ю|ju ю|iu ю,ью|ya я|ja я|ia я,ия|ye е|je е|ck к|ph ф|th т
            oo у|ee и|qu кв|iy ий|ii ий,ии|yi ый|yj ый|ij ий|ey ей|ay ай|oy ой|aj ай|ej ей|oj ой
            a а|b б|c к,ц,с|d д|e е,э|f ф|g г|h х|i и|j й,дж,ж|k к|l л|m м|n н|o о|p п|q к|r р|s с|t т|u у|v в|w в|x кс,х|y ы,й,и|z з
            ' ь""");

    /** The reverse direction. Russian letters have several Latin spellings. */
    private static final Map<String, List<String>> TO_LATIN = table(
            """
            дж j,dzh|кс x,ks|ий y,iy,ij|ый y,yy|ия ia,iya,ya|ью yu,iu|кв qu,kv
            а a|б b|в v,w|г g|д d|е e,ye|ж zh,j|з z|и i|й y,i,j|к k,c,ck|л l|м m|н n|о o|п p|р r|с s,c|т t|у u|ф f,ph|х h,kh
            ц ts,c,tz|ч ch|ш sh|щ shch,sch|ъ |ы y|ь |э e|ю yu,iu|я ya,ia""");

    /** Foreign names spelled as they sound: скутер, питон, айфон, сяоми. Other letters are as in {@link #TO_LATIN}. */
    private static final Map<String, List<String>> BY_SOUND = bySound(
            """
            дж j,g,dzh|ай i,y,ay,ai|эй a,ay,ai,ey|ся xia,sia|чж zh|т t,th|у u,oo,ou|и i,y,ee""");

    private Spelling() {}

    private static Map<String, List<String>> bySound(String rows) {
        Map<String, List<String>> table = new LinkedHashMap<>(TO_LATIN);
        table.putAll(table(rows));
        return table;
    }

    private static Map<String, List<String>> table(String rows) {
        Map<String, List<String>> table = new LinkedHashMap<>();
        for (String row : rows.split("[|\n]")) {
            String[] sides = row.strip().split(" ", 2);
            table.put(sides[0], sides.length < 2 ? List.of("") : List.of(sides[1].split(",")));
        }
        return table;
    }

    /**
     * Returns the characters that the same keys produce on the other layout; the text itself if it contains letters of both
     * alphabets or none.
     *
     * @param text including punctuation: "х" and "ю" are on the keys of "[" and "."
     */
    public static String onOtherLayout(String text) {
        boolean cyrillic = Morphology.isCyrillic(text);
        boolean latin = text.chars().anyMatch(c -> c < 128 && Character.isLetter(c));
        if (cyrillic == latin) {
            return text;
        }
        String typed = cyrillic ? RUSSIAN_KEYS : LATIN_KEYS;
        String meant = cyrillic ? LATIN_KEYS : RUSSIAN_KEYS;
        StringBuilder other = new StringBuilder();
        text.chars().forEach(c -> other.append(typed.indexOf(c) < 0 ? (char) c : meant.charAt(typed.indexOf(c))));
        return other.toString();
    }

    /**
     * Returns words of the Russian dictionary that differ from this word by one typing error: an extra, missing or different
     * letter, or two swapped letters. Empty if the dictionary contains the word.
     */
    public static List<String> corrected(String word) {
        if (!Morphology.get().readings(word).isEmpty()) {
            return List.of();
        }
        Set<String> guesses = new LinkedHashSet<>();
        for (int i = 0; i < word.length(); i++) {
            if (i + 1 < word.length()) {
                guesses.add(word.substring(0, i) + word.charAt(i + 1) + word.charAt(i) + word.substring(i + 2));
            }
            guesses.add(word.substring(0, i) + word.substring(i + 1));
        }
        for (char letter = 'а'; letter <= 'я'; letter++) {
            for (int i = 0; i <= word.length(); i++) {
                guesses.add(word.substring(0, i) + letter + word.substring(i));
                if (i < word.length()) {
                    guesses.add(word.substring(0, i) + letter + word.substring(i + 1));
                }
            }
        }
        guesses.remove(word);
        Morphology morphology = Morphology.get();
        return guesses.stream().filter(morphology::isRussianWord).toList();
    }

    /** Returns at most {@code most} spellings of a word in the other alphabet, including the most likely ones. ё is written as е. */
    public static List<String> inOtherAlphabet(String word, int most) {
        String lower = word.toLowerCase(Locale.ROOT).replace('ё', 'е');
        boolean cyrillic = Morphology.isCyrillic(lower);
        return spelled(lower, cyrillic ? TO_LATIN : TO_RUSSIAN, most);
    }

    /**
     * Returns at most {@code most} Latin spellings of a foreign name that is written in Russian letters as it sounds; empty for
     * other words.
     */
    public static List<String> bySound(String word, int most) {
        String lower = word.toLowerCase(Locale.ROOT).replace('ё', 'е');
        return Morphology.isCyrillic(lower) ? spelled(lower, BY_SOUND, most) : List.of();
    }

    private static List<String> spelled(String lower, Map<String, List<String>> table, int most) {
        List<String> spellings = List.of("");
        for (int i = 0; i < lower.length(); ) {
            int length = Math.min(4, lower.length() - i);
            while (length > 1 && !table.containsKey(lower.substring(i, i + length))) {
                length--;
            }
            List<String> readings =
                    table.getOrDefault(lower.substring(i, i + length), List.of(lower.substring(i, i + length)));
            // a pair such as "дж" can also be two separate letters
            List<String> more = new ArrayList<>();
            for (String reading : readings) {
                for (String spelling : spellings) {
                    more.add(spelling + reading);
                }
            }
            spellings = more.size() <= most ? more : more.subList(0, most);
            i += length;
        }
        Set<String> distinct = new LinkedHashSet<>(spellings);
        distinct.remove(lower);
        distinct.remove("");
        return List.copyOf(distinct);
    }
}
