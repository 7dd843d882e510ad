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
 * Computes how likely two texts tell the same story, from features of their words: common words (rare words weigh more), common names, and
 * matching numbers. The weights come from a logistic regression over most of the pairs in the tests; the remaining pairs are used for
 * measurement (decision 46).
 */
@Component
public record SameStory(SearchWords words) {
    /** Minimum probability at which two texts are one story. */
    public static final double LIMIT = 0.5;

    /** Weight of words with the same root, relative to forms of the same word. */
    private static final double RELATED = 0.6;

    private static final int LONG = 6;

    private static final double NAME_WEIGHT = 1.3;
    private static final double NEUTRAL = 0.5;
    /** Sources that are quoted in stories of all kinds. */
    private static final Set<String> REPORTERS =
            Set.of("bloomberg reuters тасс риа интерфакс рбк коммерсант ведомости afp bbc cnn wsj associated press"
                    .split(" "));

    /** Weights of {@link #features}, and the intercept. */
    private static final double[] WEIGHTS = {2.08, 3.01, 1.97, 3.62, -3.12, -3.71, -2.74};

    private static final double CONSTANT = -3.92;

    /** Latin transliteration of the Cyrillic letters from а to я, by sound. */
    private static final List<String> LATIN = List.of(
            "a", "b", "v", "g", "d", "e", "z", "z", "i", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f",
            "k", "ts", "s", "s", "s", "", "i", "", "e", "u", "a");

    /** Analyses a text. Links and signs are ignored. */
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

    /** Returns the consonants in Latin transliteration, because names are written in both alphabets. */
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

    /** The number of texts that contain each word. Words in many texts do not distinguish stories. */
    public static final class Corpus {
        private final Map<String, Integer> frequencies = new HashMap<>();
        private final int texts;

        public Corpus(Collection<StoryText> texts) {
            this.texts = texts.size();
            texts.forEach(text -> text.keys().stream()
                    .filter(key -> key.charAt(0) != '^')
                    .forEach(key -> frequencies.merge(key, 1, Integer::sum)));
        }

        /** Returns 1 for a word that occurs in one text, 0.2 for a word that occurs in all. */
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

    /** Returns the probability that both texts tell the same story: 0 to 1. */
    public double probability(StoryText one, StoryText other, Corpus corpus) {
        double[] features = features(one, other, corpus);
        double sum = CONSTANT;
        for (int i = 0; i < features.length; i++) {
            sum += WEIGHTS[i] * features[i];
        }
        return 1 / (1 + Math.exp(-sum));
    }

    /**
     * Returns the features in this order: common words; common names and numbers, each relative to the text with fewer of them;
     * significance of the common numbers; whether numbers contradict; whether events contradict; the extent to which both texts are the
     * same template with different names and numbers.
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

    /**
     * Returns the share of adjacent words of the shorter text that are also adjacent in the other text. It is high for templates that
     * channels publish daily.
     */
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

    /** Returns the amount of names and numbers in a text that the other text does not contain. */
    private static double ownDetails(StoryText one, StoryText other) {
        return one.facts().own(other.facts())
                + one.terms().stream()
                        .filter(term -> term.isName() && !term.isIn(other.keys()))
                        .mapToDouble(Term::weight)
                        .sum();
    }

    /** For each text, the share of its word weight that the other text contains. */
    private record Share(double first, double second, boolean isKnown) {
        static Share of(StoryText one, StoryText other, Corpus corpus, Predicate<Term> kind) {
            double first = covered(one, other, corpus, kind);
            double second = covered(other, one, corpus, kind);
            return new Share(Math.max(0, first), Math.max(0, second), first >= 0 && second >= 0);
        }

        /** Returns -1 if there are no such words. */
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
