package routes.answers;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import routes.answers.Terms.Term;
import routes.text.Language;
import routes.text.Morphology;
import routes.text.SearchWords.Word;

/**
 * Decides by rules over words whether a sentence follows from passages: a few adjacent sentences of a passage must contain most of
 * its meaning and each of its numbers and names, with no negation on one side only. The rules do not distinguish subject and
 * object; a model can.
 */
@Component
record Support(Terms terms) {
    /** Minimum weighted share of the sentence's words in the passage. */
    private static final double ENOUGH = 0.7;

    /** Below this share, the passage is treated as unrelated. */
    private static final double RELATED = 0.35;

    /** Number of adjacent sentences of a passage that a sentence may combine. */
    private static final int WINDOW = 3;

    /** Number of words after a negation to which it may apply. */
    private static final int REACH = 2;

    private static final Pattern NUMBER = Pattern.compile("\\d+(?:[ \\u00A0\\u202F]\\d{3})+(?!\\d)|\\d+(?:[.,]\\d+)*");
    private static final Set<String> NEGATIONS = Set.of(
            """
            не нет ни без никогда никто ничего никакой никаких нельзя невозможно not no never without cannot t none nobody
            nothing neither nor
            """
                    .strip()
                    .split("\\s+"));
    private static final List<Set<String>> OPPOSITES = Stream.of(
                    """
            можно/нельзя разрешить/запретить вырасти/упасть расти/падать расти/снижаться вырасти/снизиться
            увеличить/уменьшить увеличиться/уменьшиться больше/меньше выше/ниже раньше/позже первый/последний
            открыть/закрыть открыться/закрыться начать/закончить начаться/закончиться выиграть/проиграть победить/проиграть
            купить/продать подорожать/подешеветь подтвердить/опровергнуть до/после allow/forbid allow/prohibit rise/fall
            rose/fell increase/decrease more/less higher/lower before/after earlier/later first/last open/close win/lose
            won/lost buy/sell bought/sold confirm/deny accept/reject start/end best/worst oldest/youngest largest/smallest
            """
                            .strip()
                            .split("\\s+"))
            .map(pair -> Set.of(pair.split("/")))
            .toList();

    /** The result for a sentence. */
    enum Verdict {
        /** The passage supports the sentence. */
        SUPPORTED,
        /** The wording differs, so that only a model or the reader can decide. */
        UNCLEAR,
        /** A number, a name or a negation differs, or the passage is unrelated. */
        UNSUPPORTED
    }

    /** @param passages the cited passages */
    Verdict of(String sentence, Collection<String> passages) {
        // numbers are compared by value
        List<Term> words = terms.of(sentence).stream()
                .filter(word -> !word.text().chars().allMatch(Character::isDigit))
                .toList();
        if (words.isEmpty() || passages.isEmpty()) {
            return Verdict.UNSUPPORTED;
        }
        List<List<String>> windows = windows(passages);
        String all = String.join("\n", passages);
        if (!numbers(all).containsAll(numbers(sentence))) {
            return Verdict.UNSUPPORTED;
        }
        boolean isOtherLanguage = Language.of(sentence) != Language.of(all);
        Set<String> keys = terms.keys(all);
        if (names(sentence, words, isOtherLanguage).stream().anyMatch(name -> !name.isIn(keys))) {
            return Verdict.UNSUPPORTED;
        }
        double best = 0;
        boolean isContradicted = false;
        for (List<String> window : windows) {
            String text = String.join(" ", window);
            double coverage = Terms.coverage(words, terms.keys(text));
            boolean hasNumbers = numbers(text).containsAll(numbers(sentence));
            if (coverage > best && (hasNumbers || windows.size() == 1)) {
                best = coverage;
                isContradicted = isContradicted(sentence, text);
            }
        }
        if (passages.size() > 1) {
            // several sources can each support a part
            double together = Terms.coverage(words, keys);
            if (together > best) {
                best = together;
                isContradicted = isContradicted(sentence, all);
            }
        }
        if (isContradicted) {
            return Verdict.UNSUPPORTED;
        }
        if (best >= ENOUGH) {
            return Verdict.SUPPORTED;
        }
        return best >= RELATED || isOtherLanguage ? Verdict.UNCLEAR : Verdict.UNSUPPORTED;
    }

    private static List<List<String>> windows(Collection<String> passages) {
        List<List<String>> windows = new ArrayList<>();
        for (String passage : passages) {
            List<String> sentences = PlainPassage.sentences(passage);
            for (int i = 0; i == 0 || i + WINDOW <= sentences.size(); i++) {
                windows.add(sentences.subList(Math.min(i, sentences.size()), Math.min(sentences.size(), i + WINDOW)));
            }
        }
        return windows;
    }

    /** Returns numbers in comparable form: without thousands separators, with a decimal point. */
    static Set<String> numbers(String text) {
        Set<String> numbers = new HashSet<>();
        for (Matcher number = NUMBER.matcher(text); number.find(); ) {
            String digits = number.group().replaceAll("[ \\u00A0\\u202F]", "");
            // 10,000 and 10.5; a comma followed by one or two digits is a decimal comma
            digits = digits.matches("\\d{1,3}(,\\d{3})+") ? digits.replace(",", "") : digits.replace(',', '.');
            numbers.add(digits.replaceFirst("^0+(?=\\d)", ""));
        }
        return numbers;
    }

    /** Words that the passage must contain unchanged: capitalised words inside the sentence, unknown words and foreign words. */
    private static List<Term> names(String sentence, List<Term> words, boolean isOtherLanguage) {
        return words.stream()
                .filter(word -> {
                    String written = sentence.substring(word.start(), word.end());
                    boolean isCapital = Character.isUpperCase(written.codePointAt(0));
                    boolean isCyrillic = Language.of(written) == Language.RU;
                    if (isOtherLanguage) {
                        // names are written in the other alphabet; only Latin ones in a Russian sentence can be
                        // compared
                        return isCapital && !isCyrillic && Language.of(sentence) == Language.RU;
                    }
                    boolean isFirst = isFirst(sentence, word.start());
                    return isCapital && (!isFirst || Morphology.get().isName(word.text())) && !isMonthOrDay(word)
                            || !isCyrillic
                                    && Language.of(sentence) == Language.RU
                                    && word.text().length() > 1;
                })
                .toList();
    }

    /** English capitalises months and days; the number next to them has the same meaning. */
    private static boolean isMonthOrDay(Term word) {
        return word.text()
                .matches(
                        "january|february|march|april|may|june|july|august|september|october|november|december|\\w+day");
    }

    private static boolean isFirst(String sentence, int start) {
        return sentence.substring(0, start).codePoints().noneMatch(Character::isLetterOrDigit)
                || sentence.substring(0, start).matches("(?s).*[.!?:«\"“(]\\s*");
    }

    /** Whether a word is negated on one side only, or one side states the opposite. */
    boolean isContradicted(String sentence, String passage) {
        Negated here = negated(sentence);
        Negated there = negated(passage);
        boolean isDenied = here.negated().stream()
                        .anyMatch(key ->
                                there.plain().contains(key) && !there.negated().contains(key))
                || there.negated().stream()
                        .anyMatch(key -> !there.plain().contains(key)
                                && here.plain().contains(key)
                                && !here.negated().contains(key));
        return isDenied || isOpposite(terms.keys(sentence), terms.keys(passage));
    }

    private boolean isOpposite(Set<String> here, Set<String> there) {
        return OPPOSITES.stream().anyMatch(pair -> pair.stream().anyMatch(word -> {
            String other =
                    pair.stream().filter(one -> !one.equals(word)).findFirst().orElseThrow();
            return has(here, word) && !has(here, other) && has(there, other) && !has(there, word);
        }));
    }

    private boolean has(Set<String> keys, String word) {
        return terms.keysOf(word).stream().anyMatch(keys::contains);
    }

    /** @param plain keys of words that occur without a negation */
    private record Negated(Set<String> negated, Set<String> plain) {}

    private Negated negated(String text) {
        Set<String> negated = new HashSet<>();
        Set<String> plain = new HashSet<>();
        Map<String, List<Term>> byStart =
                terms.of(text).stream().collect(Collectors.groupingBy(term -> term.start() + "-" + term.end()));
        int left = 0;
        int previousEnd = 0;
        for (Word word : terms.all(text)) {
            // a negation does not extend beyond a punctuation mark
            if (text.substring(Math.min(previousEnd, word.start()), word.start())
                    .matches("(?s).*[,.;:!?()—–].*")) {
                left = 0;
            }
            previousEnd = word.end();
            if (NEGATIONS.contains(word.text())) {
                left = REACH;
                continue;
            }
            for (Term term : byStart.getOrDefault(word.start() + "-" + word.end(), List.of())) {
                (left > 0 ? negated : plain).addAll(term.keys());
            }
            left = Math.max(0, left - 1);
        }
        return new Negated(negated, plain);
    }
}
