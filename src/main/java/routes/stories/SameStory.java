package routes.stories;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import routes.stories.StoryText.Term;
import routes.text.Language;
import routes.text.Morphology;
import routes.text.SearchWords;
import routes.text.SearchWords.Word;

/**
 * How likely two texts tell the same story, by rules over words: common words (rare ones count more), common names, and numbers that
 * agree. The weights are those of a logistic regression over most of the pairs in the tests; the others measure them (decision 46).
 */
@Component
public record SameStory(SearchWords words) {
    /** From this probability on, two texts are one story. */
    public static final double LIMIT = 0.5;

    /** How much words of one root count, against forms of one word. */
    private static final double RELATED = 0.6;

    private static final int LONG = 6;

    private static final double NAME_WEIGHT = 1.3;
    private static final double NEUTRAL = 0.5;
    /** Who is quoted in stories of all kinds. */
    private static final Set<String> REPORTERS =
            Set.of("bloomberg reuters тасс риа интерфакс рбк коммерсант ведомости afp bbc cnn wsj associated press"
                    .split(" "));

    /** Weights of {@link #features}, and the constant. */
    private static final double[] WEIGHTS = {2.08, 3.01, 1.97, 3.62, -3.12, -3.71, -2.74};

    private static final double CONSTANT = -3.92;

    /** Cyrillic letters as they sound in Latin ones, in the order of the alphabet from а to я. */
    private static final List<String> LATIN = List.of(
            "a", "b", "v", "g", "d", "e", "z", "z", "i", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f",
            "k", "ts", "s", "s", "s", "", "i", "", "e", "u", "a");

    /** Analyses a text. Links and signs do not matter. */
    public StoryText read(String text) {
        boolean isRussian = Language.of(text) == Language.RU;
        Map<String, Term> terms = new LinkedHashMap<>();
        for (Word word : words.of(text)) {
            boolean isNumber = Character.isDigit(word.text().charAt(0));
            if (word.joined()
                    || isNumber
                    || word.text().length() < 2
                    || words.isStopWord(word.text())
                    || REPORTERS.contains(word.text())) {
                continue;
            }
            boolean isName = isName(text, word, isRussian);
            Set<String> keys = new HashSet<>(words.keys(word.text()));
            if (isName) {
                String sound = sound(word.text());
                if (sound.length() > 2) {
                    keys.add("~" + sound);
                }
            }
            if (word.text().length() >= LONG) {
                keys.add("^" + SearchWords.prefix(word.text()));
                words.forms(word.text()).roots().forEach(root -> keys.add("^" + root));
            }
            terms.merge(
                    words.forms(word.text()).bases().get(0),
                    new Term(word.text(), keys, Morphology.get().rarity(word.text()), isName),
                    (one, other) -> one.isName() ? one : other);
        }
        Set<String> keys =
                terms.values().stream().flatMap(term -> term.keys().stream()).collect(Collectors.toUnmodifiableSet());
        List<Term> inOrder = List.copyOf(terms.values());
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < inOrder.size(); i++) {
            for (String key : inOrder.get(i).keys()) {
                if (key.charAt(0) != '^') {
                    places.putIfAbsent(key, i);
                }
            }
        }
        return new StoryText(inOrder, keys, places, Facts.of(text, words));
    }

    private static boolean isName(String text, Word word, boolean isRussian) {
        String written = text.substring(word.start(), word.end());
        boolean isCyrillic = Morphology.isCyrillic(word.text());
        if (isRussian && !isCyrillic) {
            return true;
        }
        return Character.isUpperCase(written.codePointAt(0))
                && (Morphology.get().isName(word.text()) || !isFirst(text, word.start()));
    }

    private static boolean isFirst(String text, int start) {
        for (int i = start - 1; i >= 0; i--) {
            char c = text.charAt(i);
            if (".!?:\n".indexOf(c) >= 0) {
                return true;
            } else if (Character.isLetterOrDigit(c) || c == ',') {
                return false;
            }
        }
        return true;
    }

    /** The consonants as they sound in Latin letters: names are written in both alphabets. */
    private static String sound(String name) {
        StringBuilder latin = new StringBuilder();
        for (char c : name.toLowerCase(Locale.ROOT).toCharArray()) {
            latin.append(c >= 'а' && c <= 'я' ? LATIN.get(c - 'а') : String.valueOf(c));
        }
        return latin.toString()
                .replace("ph", "f")
                .replace("sh", "s")
                .replace("ch", "s")
                .replace("zh", "z")
                .replace("kh", "k")
                .replace("th", "t")
                .replace("x", "ks")
                .replace("ck", "k")
                .replace('c', 'k')
                .replace('q', 'k')
                .replace('w', 'v')
                .replaceAll("[aeiouyhj'-]", "")
                .replaceAll("(.)\\1", "$1");
    }

    /** In how many of the texts words occur; what many texts say does not tell stories apart. */
    public static final class Corpus {
        private final Map<String, Integer> frequencies = new HashMap<>();
        private final int texts;

        public Corpus(Collection<StoryText> texts) {
            this.texts = texts.size();
            texts.forEach(text -> text.keys().stream()
                    .filter(key -> key.charAt(0) != '^')
                    .forEach(key -> frequencies.merge(key, 1, Integer::sum)));
        }

        /** 1 for a word of one text, 0.2 for one of all. */
        double rarity(Term term) {
            if (texts < 2) {
                return 1;
            }
            int in = term.keys().stream()
                    .mapToInt(key -> frequencies.getOrDefault(key, 1))
                    .max()
                    .orElse(1);
            return 0.2 + 0.8 * Math.log((double) texts / in) / Math.log(texts);
        }
    }

    /** The probability that both texts tell the same story: 0 to 1. */
    public double probability(StoryText one, StoryText other, Corpus corpus) {
        double[] features = features(one, other, corpus);
        double sum = CONSTANT;
        for (int i = 0; i < features.length; i++) {
            sum += WEIGHTS[i] * features[i];
        }
        return 1 / (1 + Math.exp(-sum));
    }

    /**
     * In this order: common words; common names and numbers, each by the text that has fewer; how much the common numbers say;
     * whether numbers contradict; whether events do; how far one form is filled in with other names and numbers.
     */
    static double[] features(StoryText one, StoryText other, Corpus corpus) {
        Share words = Share.of(one, other, corpus, term -> true);
        Share names = Share.of(one, other, corpus, Term::isName);
        double common = one.facts().common(other.facts());
        double fewer = Math.min(one.facts().all(), other.facts().all());
        return new double[] {
            (words.both() + words.most()) / 2,
            names.isKnown() ? names.most() : NEUTRAL,
            fewer > 0 ? Math.min(1, common / fewer) : NEUTRAL,
            Math.min(2, common),
            one.facts().contradict(other.facts()) ? 1 : 0,
            Directions.contradict(one.keys(), other.keys()) ? 1 : 0,
            template(one, other) * Math.min(1, Math.min(ownDetails(one, other), ownDetails(other, one)))
        };
    }

    /** The share of the neighbouring words of the shorter text that are neighbours in the other one, too: forms that channels fill in daily have many. */
    private static double template(StoryText one, StoryText other) {
        StoryText shorter = one.terms().size() <= other.terms().size() ? one : other;
        StoryText longer = shorter == one ? other : one;
        int common = 0;
        int before = -2;
        for (Term term : shorter.terms()) {
            int place = longer.place(term);
            common += place >= 0 && Math.abs(place - before - 1) <= 1 && before >= 0 ? 1 : 0;
            before = place;
        }
        return shorter.terms().size() < 2 ? 0 : common / (shorter.terms().size() - 1.0);
    }

    /** How much a text has of names and numbers that the other does not have. */
    private static double ownDetails(StoryText one, StoryText other) {
        return one.facts().own(other.facts())
                + one.terms().stream()
                        .filter(term -> term.isName() && !term.isIn(other.keys()))
                        .mapToDouble(Term::weight)
                        .sum();
    }

    /** Shares of the weight of the words of each text that is in the other. */
    private record Share(double first, double second, boolean isKnown) {
        static Share of(StoryText one, StoryText other, Corpus corpus, Predicate<Term> kind) {
            double first = covered(one, other, corpus, kind);
            double second = covered(other, one, corpus, kind);
            return new Share(Math.max(0, first), Math.max(0, second), first >= 0 && second >= 0);
        }

        /** -1 without such words. */
        private static double covered(StoryText one, StoryText other, Corpus corpus, Predicate<Term> kind) {
            double all = 0;
            double common = 0;
            for (Term term : one.terms()) {
                if (kind.test(term)) {
                    double weight = term.weight() * corpus.rarity(term) * (term.isName() ? NAME_WEIGHT : 1);
                    all += weight;
                    common += weight * (term.isIn(other.keys()) ? 1 : term.isRelated(other.keys()) ? RELATED : 0);
                }
            }
            return all == 0 ? -1 : common / all;
        }

        double both() {
            return Math.sqrt(first * second);
        }

        double most() {
            return Math.max(first, second);
        }
    }
}
