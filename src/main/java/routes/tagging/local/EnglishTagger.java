package routes.tagging.local;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import routes.text.TextAnalysis;

/**
 * Phrases of an English text, chosen by statistics.
 *
 * <p>A word weighs by how often, how early and in what writing it occurs (the features of YAKE, Campos et al., Information
 * Sciences 509, 2020) and by how rare it is in the corpus; a phrase weighs as its head and, partly, what describes it, if the
 * head seldom goes without them. The numbers were chosen on the development half of the evaluation corpus (decision 15).
 */
final class EnglishTagger {
    /** What the words besides the head add to its weight. */
    private static final double MODIFIER_SHARE = 0.45;

    /** A word of the first sentence weighs by so much more; the surplus falls with each sentence after it. */
    private static final double EARLY = 1.0;

    private static final double EARLY_FALL = 0.5;

    /** Of each letter, up to {@link #LONG_WORD}: longer words are rarer in any corpus. */
    private static final double LETTER = 0.06;

    private static final int LONG_WORD = 12;

    private static final double NAME = 1.2;
    /** All words of the phrase are marked as a name: it is one. */
    private static final double FULL_NAME = 1.15;

    private static final double GENERIC = 0.4;
    /** A generic head that something describes ("ferry services"). */
    private static final double GENERIC_DESCRIBED = 0.75;

    /** Three words that meet once are often an accident. */
    private static final double THREE_WORDS_ONCE = 0.95;

    private static final double ADJECTIVE = 0.6;
    private static final double NUMBER = 0.4;

    /** A tag this far behind the best one is no subject of the post. */
    private static final double WORTH_OF_BEST = 0.2;

    private static final Pattern WHITE_SPACE = Pattern.compile("[\\s\\p{Z}]+");

    private final WordReader reader;
    private final CandidateFinder finder = new CandidateFinder();
    private final GenericWords generic;

    private record Scored(String tag, List<String> stems, int position, double score) {}

    EnglishTagger(TextAnalysis analysis) {
        this.reader = new WordReader(analysis);
        this.generic = new GenericWords(analysis);
    }

    /** The best phrases first, as they stand in the text. */
    List<String> tags(String text, CorpusSnapshot corpus, int max) {
        List<Word> words = reader.read(text);
        Map<String, Double> weights = weights(words, corpus);
        Map<String, List<Candidate>> phrases = new LinkedHashMap<>();
        finder.find(text, words).forEach(candidate -> phrases.computeIfAbsent(candidate.key(), key -> new ArrayList<>())
                .add(candidate));
        List<Scored> scored = phrases.values().stream()
                .map(occurrences -> score(text, occurrences, words, weights))
                .filter(phrase -> phrase.tag().length() <= LocalTagger.MAX_LENGTH)
                .sorted(Comparator.comparingDouble((Scored phrase) -> -phrase.score())
                        .thenComparingInt(Scored::position)
                        .thenComparing(Scored::tag))
                .toList();
        return select(scored, max);
    }

    private Map<String, Double> weights(List<Word> words, CorpusSnapshot corpus) {
        Map<String, List<Word>> byStem = new HashMap<>();
        words.forEach(word ->
                byStem.computeIfAbsent(word.stem(), stem -> new ArrayList<>()).add(word));
        Map<String, Double> weights = new HashMap<>();
        byStem.forEach((stem, occurrences) -> {
            Word first = occurrences.get(0);
            double weight = 1 + StrictMath.log(occurrences.size());
            weight *= 1 + EARLY / (1 + EARLY_FALL * first.sentence());
            weight *= 1 + LETTER * Math.min(first.end() - first.start(), LONG_WORD);
            weight *= rarity(stem, corpus);
            if (generic.contains(stem)) {
                weight *= GENERIC;
            }
            if (occurrences.stream().filter(Word::name).count() * 2 >= occurrences.size()) {
                weight *= NAME;
            }
            weights.put(stem, weight);
        });
        return weights;
    }

    private static double rarity(String stem, CorpusSnapshot corpus) {
        double rarest = 0;
        for (String part : stem.split(" ")) {
            rarest = Math.max(rarest, corpus.rarity(part));
        }
        return rarest;
    }

    private Scored score(String text, List<Candidate> occurrences, List<Word> words, Map<String, Double> weights) {
        Candidate first = occurrences.get(0);
        Word head = first.head();
        double score = weights.get(head.stem());
        if (first.words().size() > 1) {
            if (generic.contains(head.stem())) {
                score *= GENERIC_DESCRIBED / GENERIC;
            }
            double others = first.words().stream()
                    .filter(word -> word != head)
                    .mapToDouble(word -> weights.get(word.stem()) * classWeight(word))
                    .average()
                    .orElse(0);
            long headOccurrences = words.stream()
                    .filter(word -> word.stem().equals(head.stem()))
                    .count();
            score += MODIFIER_SHARE * others;
            score *= Math.sqrt(Math.sqrt((double) occurrences.size() / headOccurrences));
            if (first.words().size() == 3
                    && occurrences.size() == 1
                    && first.words().stream().noneMatch(word -> word.wordClass() == WordClass.NUMBER)) {
                score *= THREE_WORDS_ONCE;
            }
            if (first.words().stream().allMatch(Word::name)) {
                score *= FULL_NAME;
            }
        }
        return new Scored(surface(text, occurrences), first.stems(), first.start(), score);
    }

    private static double classWeight(Word word) {
        return switch (word.wordClass()) {
            case ADJECTIVE -> ADJECTIVE;
            case NUMBER -> NUMBER;
            default -> 1;
        };
    }

    /** The most frequent writing, the first of several. */
    private static String surface(String text, List<Candidate> occurrences) {
        Map<String, Integer> forms = new LinkedHashMap<>();
        for (Candidate candidate : occurrences) {
            String form = text.substring(candidate.start(), candidate.end());
            forms.merge(WHITE_SPACE.matcher(form).replaceAll(" "), 1, Integer::sum);
        }
        return forms.entrySet().stream()
                .reduce((best, form) -> form.getValue() > best.getValue() ? form : best)
                .orElseThrow()
                .getKey();
    }

    /** From the best downwards; a phrase that repeats half of the words of a better one adds nothing. */
    private static List<String> select(List<Scored> scored, int max) {
        List<Scored> selected = new ArrayList<>();
        for (Scored phrase : scored) {
            boolean worthwhile = selected.isEmpty()
                    || phrase.score() >= WORTH_OF_BEST * selected.get(0).score();
            if (worthwhile
                    && selected.size() < max
                    && phrase.tag().length() >= 2
                    && selected.stream().noneMatch(better -> repeats(better.stems(), phrase.stems()))) {
                selected.add(phrase);
            }
        }
        return selected.stream().map(Scored::tag).toList();
    }

    private static boolean repeats(List<String> better, List<String> stems) {
        Set<String> common = new HashSet<>(stems);
        common.retainAll(better);
        return 2 * common.size() >= Math.min(better.size(), stems.size()) && !common.isEmpty();
    }
}
