package routes.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Other spellings of what a reader typed: on the other keyboard layout, or in the other alphabet. */
public final class Spelling {
    /** The keys of the US layout and the Russian letters on them. */
    private static final String LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,.~QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>";

    private static final String RUSSIAN_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбюЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ";

    /**
     * Latin spellings and the Russian ones that they stand for, the likeliest first; the longest spelling that fits is read. After
     * GOST 7.79-2000 (system B), ISO 9, passports (ICAO 9303) and what people type.
     */
    private static final Map<String, List<String>> TO_RUSSIAN = table(
            """
            ium ий,иум|iya ия|aya ая|oya оя|uya уя|eya ея|yya ыя
            shch щ|sch щ|yo е,йо|jo е,йо|zh ж|kh х|ts ц|tz ц|ch ч|sh ш|yu ю|ju ю|iu ю,ью|ya я|ja я|ia я,ия|ye е|je е|ck к|ph ф|th т
            oo у|ee и|qu кв|iy ий|ii ий,ии|yi ый|yj ый|ij ий|ey ей|ay ай|oy ой|aj ай|ej ей|oj ой
            a а|b б|c к,ц,с|d д|e е,э|f ф|g г|h х|i и|j й,дж,ж|k к|l л|m м|n н|o о|p п|q к|r р|s с|t т|u у|v в|w в|x кс,х|y ы,й,и|z з
            ' ь""");

    /** The other direction; Russian letters have several Latin spellings. */
    private static final Map<String, List<String>> TO_LATIN = table(
            """
            дж j,dzh|кс x,ks|ий y,iy,ij|ый y,yy|ия ia,iya,ya|ью yu,iu|кв qu,kv
            а a|б b|в v,w|г g|д d|е e,ye|ж zh,j|з z|и i|й y,i,j|к k,c,ck|л l|м m|н n|о o|п p|р r|с s,c|т t|у u|ф f,ph|х h,kh
            ц ts,c,tz|ч ch|ш sh|щ shch,sch|ъ |ы y|ь |э e|ю yu,iu|я ya,ia""");

    /** Foreign names as they sound: скутер, питон, айфон, сяоми. What is not here is as in {@link #TO_LATIN}. */
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
     * What the same keys give on the other layout; the text itself if it contains letters of both alphabets or none.
     *
     * @param text with its signs: "х" and "ю" are on the keys of "[" and "."
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
     * Words of the Russian dictionary that one typing error makes this word: a letter too many, too few, another one or two swapped. None
     * for a word that the dictionary has.
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

    /** At most {@code most} spellings of a word in the other alphabet, the likeliest among them. ё is written as е. */
    public static List<String> inOtherAlphabet(String word, int most) {
        String lower = word.toLowerCase(Locale.ROOT).replace('ё', 'е');
        boolean cyrillic = Morphology.isCyrillic(lower);
        return spelled(lower, cyrillic ? TO_LATIN : TO_RUSSIAN, most);
    }

    /** At most {@code most} spellings of a foreign name that is written in Russian letters as it sounds; none for other words. */
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
            // a pair such as "дж" may also be two letters
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
