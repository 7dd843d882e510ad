package routes.stories;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import routes.text.SearchWords;
import routes.text.SearchWords.Word;

/**
 * The numbers of a text and the counted things: "на 4 млн рублей" contains 4000000 of рубль. Different values for the same counted thing
 * indicate different stories.
 *
 * @param values all numbers, in plain notation: with a decimal point, without trailing zeros
 * @param counted numbers by the adjacent text: the base form of the word after or before it, or the sign of a currency or percent
 */
record Facts(Set<String> values, Map<String, Set<String>> counted) {
    private static final Pattern NUMBER = Pattern.compile(
            "(?<![\\p{L}\\p{N}.,])[−-]?(\\d{1,3}(?:[ \\u00A0\\u202F]\\d{3})+(?!\\d)|\\d+(?:[.,]\\d+)*)(?:-?(?:й|я|е|го|му|м|х|ти|летн\\p{L}*|th|st|nd|rd))?"
                    + "(?:[ \\u00A0]?(тыс|тысяч|млн|миллион|млрд|миллиард|трлн|триллион|thousand|million|billion|trillion|bn|mln|b|m|k)(?:\\p{L}{0,3}|\\.)(?![\\p{L}]))?"
                    + "[ \\u00A0]?(%|процент|percent|per cent)?",
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    /** Numbers in words that occur in headlines; an ordinal counts as its number. */
    private static final Map<String, String> SPELLED = spelled(
            "1 первый первая первое первого первой первую first once",
            "2 два две двух второй вторая второе второго вторую two second twice дважды",
            "3 три трех третий третья третье третьего третью three third трижды",
            "4 четыре четверо четырех четвертый четвертая four fourth",
            "5 пять пяти пятый пятая пятой пятого five fifth",
            "6 шесть шести шестой шестая шестого six sixth",
            "7 семь семи седьмой седьмая седьмого seven seventh",
            "8 восемь восьми восьмой восьмая eight eighth",
            "9 девять девяти девятый девятая nine ninth",
            "10 десять десяти десятый десятая ten tenth");

    private static final Pattern SPELLED_WORD =
            Pattern.compile("(?<!\\p{L})(?:" + String.join("|", SPELLED.keySet()) + ")(?!\\p{L})");
    /** A score of a match, or a time of day; treated as one value. */
    private static final Pattern SCORE = Pattern.compile("(?<![\\d:])(\\d{1,2})[:–-](\\d{1,2})(?![\\d:])");
    /** Numbers from this value on may be rounded in some texts. */
    private static final double ROUNDED = 100;

    private static final Pattern GROUPED = Pattern.compile("\\d{1,3}(?:,\\d{3})+");

    private static Map<String, String> spelled(String... lines) {
        Map<String, String> numbers = new HashMap<>();
        for (String line : lines) {
            String[] words = line.split(" ");
            for (int i = 1; i < words.length; i++) {
                numbers.put(words[i], words[0]);
            }
        }
        return numbers;
    }

    static Facts of(String text, SearchWords analysis) {
        String plain = text.toLowerCase(Locale.ROOT).replace('ё', 'е');
        plain = SPELLED_WORD.matcher(plain).replaceAll(word -> SPELLED.get(word.group()));
        Set<String> values = new HashSet<>();
        for (Matcher score = SCORE.matcher(plain); score.find(); ) {
            values.add(score.group().replaceAll("[–-]", ":"));
        }
        plain = SCORE.matcher(plain).replaceAll(" ");
        List<Word> words = analysis.of(plain);
        Map<String, Set<String>> counted = new HashMap<>();
        for (Matcher number = NUMBER.matcher(plain); number.find(); ) {
            String value = value(number.group(1), number.group(2));
            values.add(value);
            if (number.group(3) != null) {
                counted.computeIfAbsent("%", any -> new HashSet<>()).add(value);
                continue;
            }
            char before = number.start() == 0 ? ' ' : plain.charAt(number.start() - 1);
            if (before == '$' || before == '€' || before == '£') {
                counted.computeIfAbsent(String.valueOf(before), any -> new HashSet<>())
                        .add(value);
            } else {
                beside(plain, words, number.start(), number.end(), analysis)
                        .forEach(word -> counted.computeIfAbsent(word, any -> new HashSet<>())
                                .add(value));
            }
        }
        return new Facts(Set.copyOf(values), counted);
    }

    private static String value(String digits, String scale) {
        String plain = digits.replaceAll("[ \\u00A0\\u202F]", "");
        plain = GROUPED.matcher(plain).matches() ? plain.replace(",", "") : plain.replace(',', '.');
        // a date or a version has two dots
        if (plain.indexOf('.') != plain.lastIndexOf('.')) {
            return plain.replaceFirst("(?:\\.0)+$", "");
        }
        BigDecimal value = new BigDecimal(plain);
        int zeros = scale == null
                ? 0
                : switch (scale.substring(0, Math.min(3, scale.length()))) {
                    case "тыс", "tho", "k" -> 3;
                    case "млн", "mil", "mln", "m" -> 6;
                    case "мил" -> scale.startsWith("миллиа") ? 9 : 6;
                    case "млр", "bil", "bn", "b" -> 9;
                    default -> 12;
                };
        BigDecimal whole = value.movePointRight(zeros);
        return whole.signum() == 0 ? "0" : whole.stripTrailingZeros().toPlainString();
    }

    /** Returns the base forms of the next and the previous word, unless separated by punctuation. */
    private static Set<String> beside(String text, List<Word> words, int start, int end, SearchWords analysis) {
        Set<String> beside = new HashSet<>();
        Word previous = null;
        for (Word word : words) {
            if (word.joined()) {
                continue;
            }
            if (word.end() <= start) {
                previous = word;
            } else if (word.start() >= end) {
                if (text.substring(end, word.start()).isBlank()) {
                    beside.add(analysis.forms(word.text()).bases().get(0));
                }
                break;
            }
        }
        if (previous != null
                && text.substring(previous.end(), start).isBlank()
                && previous.text().length() > 3
                && !analysis.isStopWord(previous.text())) {
            beside.add(analysis.forms(previous.text()).bases().get(0));
        }
        return beside;
    }

    /** Returns whether both texts count the same thing without a common value. */
    boolean contradict(Facts other) {
        return counted.entrySet().stream()
                .filter(count -> other.counted.containsKey(count.getKey()))
                .anyMatch(count ->
                        other.counted.get(count.getKey()).stream().noneMatch(value -> isIn(value, count.getValue())));
    }

    /** Returns the significance of the common values; a number with many digits is more significant. */
    double common(Facts other) {
        return values.stream()
                .filter(value -> isIn(value, other.values))
                .mapToDouble(Facts::specific)
                .sum();
    }

    /** Returns the significance of the values that the other text does not contain. */
    double own(Facts other) {
        return values.stream()
                .filter(value -> !isIn(value, other.values))
                .mapToDouble(Facts::specific)
                .sum();
    }

    /** Returns the significance of all values. */
    double all() {
        return values.stream().mapToDouble(Facts::specific).sum();
    }

    private static double specific(String value) {
        if (value.matches("(?:19|20)\\d\\d")) {
            return 0.1; // a year occurs in many stories
        }
        int digits = value.replaceAll("\\D", "").replaceAll("^0+|0+$", "").length();
        return digits < 2 ? 0.25 : digits == 2 ? 0.7 : 1;
    }

    /** Compares with a tolerance: nearly 800 million equals 798 million. */
    private static boolean isIn(String value, Set<String> others) {
        if (others.contains(value)) {
            return true;
        }
        double number = number(value);
        return number >= ROUNDED
                && others.stream().anyMatch(other -> Math.abs(number(other) - number) < 0.005 * number);
    }

    private static double number(String value) {
        return value.matches("\\d+(?:\\.\\d+)?") && !value.matches("(?:19|20)\\d\\d") ? Double.parseDouble(value) : 0;
    }
}
