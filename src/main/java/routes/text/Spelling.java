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
            shch щ|sch щ|yo е|jo е|zh ж|kh х|ts ц|tz ц|ch ч|sh ш|yu ю|ju ю|iu ю,ью|ya я|ja я|ia я,ия|ye е|je е|ck к|ph ф|th т
            oo у|ee и|qu кв|iy ий|ii ий|yi ый|yj ый|ij ий|ey ей|ay ай|oy ой|aj ай|ej ей|oj ой
            a а|b б|c к,ц,с|d д|e е,э|f ф|g г|h х|i и|j й,дж,ж|k к|l л|m м|n н|o о|p п|q к|r р|s с|t т|u у|v в|w в|x кс,х|y ы,й,и|z з
            ' ь""");

    /** The other direction; Russian letters have several Latin spellings. */
    private static final Map<String, List<String>> TO_LATIN = table(
            """
            дж j,dzh|кс x,ks|ий y,iy,ij|ый y,yy|ия ia,iya,ya|ью yu,iu|кв qu,kv
            а a|б b|в v,w|г g|д d|е e,ye|ж zh,j|з z|и i|й y,i,j|к k,c,ck|л l|м m|н n|о o|п p|р r|с s,c|т t|у u|ф f,ph|х h,kh
            ц ts,c,tz|ч ch|ш sh|щ shch,sch|ъ |ы y|ь |э e|ю yu,iu|я ya,ia""");

    private Spelling() {}

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

    /** At most {@code most} spellings of a word in the other alphabet, the likeliest among them. ё is written as е. */
    public static List<String> inOtherAlphabet(String word, int most) {
        String lower = word.toLowerCase(Locale.ROOT).replace('ё', 'е');
        boolean cyrillic = Morphology.isCyrillic(lower);
        Map<String, List<String>> table = cyrillic ? TO_LATIN : TO_RUSSIAN;
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
