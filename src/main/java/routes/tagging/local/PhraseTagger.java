package routes.tagging.local;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import routes.tagging.local.Word.Kind;
import routes.text.Language;
import routes.text.Morphology.PartOfSpeech;
import routes.text.NormalizedText;
import routes.text.Token;

/**
 * Selects phrases of one text by part of speech, text statistics and word frequency in the language.
 *
 * <p>Long texts repeat their subjects, which are mostly single words. In short posts, nearly every word occurs once, and phrases
 * are more specific. Each weight therefore has a value for news and one for posts, and for a Russian text it is interpolated
 * between them by the length of the text. The values for news were tuned on news with tags by editors, the values for posts on the
 * beginnings of such news and on the 32 Russian evaluation posts, the values for English on the 32 English evaluation posts. No
 * part of the evaluation posts is therefore held out.
 */
final class PhraseTagger {
    private static final int MAX_WORDS = 3;
    /** Minimum number of tags for a text with enough candidates, regardless of their scores. */
    private static final int FEWEST = 3;

    /** Length in words at which a text uses the mean of both values. */
    private static final double MEDIUM_LENGTH = 180;

    /** Texts of about 300 words or more are treated as news. */
    private static final double NEWS = 0.1;

    /** A phrase counts if it occurs twice or first occurs within this many sentences from the start. */
    private static final int EARLY_SENTENCES = 4;

    /** Frequency class of words with zero weight. */
    private static final double COMMONEST = 22;
    /** Words below this class are treated as equally rare. */
    private static final double RAREST = 5;

    private static final int GENERIC_FROM = 15;
    private static final int COMMON_FROM = 13;
    private static final int LONG_WORD = 12;
    private static final double OF_A_NUMBER = 0.4;
    private static final Pattern WHITE_SPACE = Pattern.compile("[\\s\\p{Z}]+");

    /** Weights of a word or phrase in Russian news, in Russian posts and in English texts. */
    private enum Weight {
        /** Exponent of the number of occurrences. */
        OCCURRENCES(0.9, 1.2, 1.4),
        /** Decrease of the weight with the sentence of the first occurrence. */
        SENTENCE_FALL(1, 0.45, 0.25),
        /** Exponent of the rarity of the word in the language. */
        RARITY(0.5, 0.45, 0.4),
        /** Increase per letter, up to 12 letters. */
        LETTER(0, 0.06, 0.07),
        NAME(1.8, 2.6, 1.4),
        ABBREVIATION(2.2, 2.5, 1.7),
        FIRST_NAME_ALONE(0.4, 0.75, 0.75),
        SURNAME_ALONE(0.8, 0.6, 0.6),
        /** Very common words, which fit any text. */
        GENERIC(0.4, 0.2, 0.2),
        COMMON(1, 0.55, 0.6),
        UNKNOWN(1.2, 1.7, 0.8),
        ADJECTIVE(0.6, 1, 0.7),
        /** Contribution of the words other than the head of a phrase. */
        OTHERS(0.3, 0.53, 0.8),
        /** Exponent of the share of the head's occurrences that belong to the phrase. */
        SHARE(0.9, 0.5, 0.1),
        /** Phrases with an adjective, and names. */
        DESCRIBED(0.9, 1, 1),
        FULL_NAME(1, 1, 1.5),
        OTHER_PHRASE(0.5, 1, 1),
        ONCE(0.5, 1, 0.9),
        THREE_WORDS(0.5, 0.84, 0.97),
        /** A single word that is part of a repeated phrase. */
        ABSORBED(0.8, 1.25, 0.75),
        /** Fraction of the best score below which a phrase is not a tag. */
        LEAST(0.25, 0.22, 0.2);

        private final double news;
        private final double post;
        private final double english;

        Weight(double news, double post, double english) {
            this.news = news;
            this.post = post;
            this.english = english;
        }

        /** @param short0to1 1 for the shortest texts, 0 for news */
        double blend(double short0to1) {
            return news + (post - news) * short0to1;
        }
    }

    private record Phrase(List<Word> words) {
        Word first() {
            return words.get(0);
        }

        Word last() {
            return words.get(words.size() - 1);
        }

        List<String> lemmas() {
            return words.stream().map(Word::lemma).toList();
        }

        /** Returns the head: the noun that the other words describe. */
        Word head() {
            boolean english = first().latin && words.stream().noneMatch(word -> word.kind == Kind.NUMBER);
            return english
                    ? last()
                    : words.stream()
                            .filter(word -> word.kind.isNominal())
                            .findFirst()
                            .orElse(last());
        }

        boolean isName() {
            return words.stream().allMatch(Word::isName);
        }

        boolean isNominative() {
            Word head = head();
            return head.reading != null
                    && !head.latin
                    && head.reading.isNominative()
                    && (first() == head
                            || first().reading == null
                            || first().reading.isNominative());
        }
    }

    private record Scored(String tag, List<String> lemmas, int position, double score) {}

    private final String text;
    private final List<Word> words;
    private final double shortness;
    private final double[] weights;
    private final Map<String, Double> wordWeights = new HashMap<>();
    private final Map<String, Integer> occurrences = new HashMap<>();

    PhraseTagger(String text, Language language, List<Word> words, CorpusSnapshot corpus) {
        this.text = text;
        this.words = words;
        double length = words.size() / MEDIUM_LENGTH;
        this.shortness = language == Language.EN ? 1 : 1 / (1 + length * length * length * length);
        this.weights = Arrays.stream(Weight.values())
                .mapToDouble(weight -> language == Language.EN ? weight.english : weight.blend(shortness))
                .toArray();
        Map<String, List<Word>> byLemma = words.stream().collect(Collectors.groupingBy(Word::lemma));
        byLemma.forEach((lemma, same) -> {
            occurrences.put(lemma, same.size());
            wordWeights.put(lemma, weight(same, corpus));
        });
    }

    private double of(Weight weight) {
        return weights[weight.ordinal()];
    }

    private double weight(List<Word> same, CorpusSnapshot corpus) {
        Word first = same.get(0);
        double weight = StrictMath.pow(same.size(), of(Weight.OCCURRENCES));
        weight *= 1 + 1 / (1 + of(Weight.SENTENCE_FALL) * first.sentence);
        weight *= StrictMath.exp(-(double) first.place / words.size());
        weight *= StrictMath.pow(COMMONEST - Math.max(RAREST, first.frequency()), of(Weight.RARITY));
        weight *= 1 + of(Weight.LETTER) * Math.min(first.end() - first.start, LONG_WORD);
        weight *= first.tokens.stream()
                .map(Token::stem)
                .mapToDouble(corpus::rarity)
                .max()
                .orElse(1);
        if (first.kind == Kind.ABBREVIATION) {
            weight *= of(Weight.ABBREVIATION);
        } else if (2 * same.stream().filter(Word::isName).count() >= same.size()) {
            weight *= of(Weight.NAME);
        } else if (first.frequency() >= GENERIC_FROM) {
            weight *= of(Weight.GENERIC);
        } else if (first.frequency() >= COMMON_FROM) {
            weight *= of(Weight.COMMON);
        }
        weight *= first.frequency() < 0 ? of(Weight.UNKNOWN) : 1;
        return weight
                * switch (first.kind) {
                    case ADJECTIVE -> of(Weight.ADJECTIVE);
                    case NUMBER -> OF_A_NUMBER;
                    default -> 1;
                };
    }

    /** Returns the best phrases in the spelling of the text, best first. */
    List<String> tags(int max) {
        Map<List<String>, List<Phrase>> phrases = phrases();
        Map<List<String>, List<Phrase>> alone = surnamesOfFullNames(phrases);
        Set<String> absorbed = phrases.entrySet().stream()
                .filter(phrase ->
                        phrase.getKey().size() > 1 && phrase.getValue().size() > 1)
                .flatMap(phrase -> phrase.getKey().stream())
                .collect(Collectors.toSet());
        List<Scored> scored = new ArrayList<>();
        phrases.forEach((lemmas, same) -> {
            int count =
                    Math.max(same.size(), alone.getOrDefault(lemmas, List.of()).size());
            double score = lemmas.size() == 1 ? single(same.get(0)) : phrase(same.get(0), count);
            if (lemmas.size() == 1 && absorbed.contains(lemmas.get(0))) {
                score *= of(Weight.ABSORBED);
            }
            scored.add(new Scored(surface(same), lemmas, same.get(0).first().start, score));
        });
        scored.sort(Comparator.comparingDouble((Scored phrase) -> -phrase.score())
                .thenComparingInt(Scored::position)
                .thenComparing(Scored::tag));
        return select(scored, max);
    }

    private Map<List<String>, List<Phrase>> phrases() {
        Map<List<String>, List<Phrase>> phrases = new LinkedHashMap<>();
        for (int first = 0; first < words.size(); first++) {
            int end = first + 1;
            boolean follows = true;
            while (follows) {
                Phrase phrase = new Phrase(words.subList(first, end));
                follows = end < words.size() && words.get(end).joins && follows(words.get(end - 1), words.get(end));
                boolean cutOff = follows && end - first > 1 && isCutOff(phrase, words.get(end));
                if (!cutOff && phrase.last().kind.isNominal() || end - first > 1 && phrase.last().kind == Kind.NUMBER) {
                    phrases.computeIfAbsent(phrase.lemmas(), lemmas -> new ArrayList<>())
                            .add(phrase);
                }
                follows &= end - first < MAX_WORDS;
                end++;
            }
        }
        phrases.values().removeIf(same -> same.size() < 2 && same.get(0).first().sentence >= EARLY_SENTENCES);
        return phrases;
    }

    /** The head of an English phrase is its last word: "empty water" is not a valid part of "empty water tower". */
    private static boolean isCutOff(Phrase phrase, Word next) {
        return phrase.last().latin && next.kind.isNominal() && (next.isName() || !phrase.isName());
    }

    /** Whether two adjacent words can belong to one phrase. */
    private static boolean follows(Word one, Word next) {
        if (next.kind == Kind.NUMBER) {
            return one.kind.isNominal() && (one.isName() || one.kind == Kind.FOREIGN);
        }
        if (one.kind == Kind.ADJECTIVE) {
            return next.kind == Kind.ABBREVIATION
                    || (next.kind == Kind.NOUN || next.kind == Kind.ADJECTIVE || next.kind == Kind.FOREIGN)
                            && (next.reading == null || one.latin && next.latin || one.reading.agrees(next.reading));
        }
        if (!one.kind.isNominal() || one.latin != next.latin || one.isPlural()) {
            return false; // "команда Google" names two subjects
        }
        boolean names = one.isName() && next.isName() || one.kind == Kind.PERSON && next.kind == Kind.PERSON;
        if (next.kind.isNominal() && (next.latin || names)) {
            return true;
        }
        return one.kind == Kind.NOUN
                && (next.kind == Kind.ABBREVIATION
                        || next.kind != Kind.OTHER && next.reading != null && next.reading.isGenitive());
    }

    /**
     * Merges surnames with full names: a surname alone refers to the person whose full name is also in the text. Removes such
     * surnames from the phrases.
     *
     * @return the occurrences of the surnames, by full name
     */
    private static Map<List<String>, List<Phrase>> surnamesOfFullNames(Map<List<String>, List<Phrase>> phrases) {
        Map<String, List<String>> fullNames = new HashMap<>();
        phrases.forEach((lemmas, same) -> {
            Word first = same.get(0).first();
            Word last = same.get(0).last();
            if (lemmas.size() == 2
                    && first.kind == Kind.PERSON
                    && first.reading.part() == PartOfSpeech.FIRST_NAME
                    && last.isName()
                    && (last.kind == Kind.PERSON || last.kind == Kind.FOREIGN)) {
                fullNames.merge(last.lemma(), lemmas, (one, other) -> List.of()); // two people have this surname
            }
        });
        Map<List<String>, List<Phrase>> alone = new HashMap<>();
        fullNames.forEach((surname, fullName) -> {
            if (!fullName.isEmpty() && phrases.containsKey(List.of(surname))) {
                alone.put(fullName, phrases.remove(List.of(surname)));
            }
        });
        return alone;
    }

    private double single(Phrase word) {
        double weight = wordWeights.get(word.first().lemma());
        if (word.first().kind != Kind.PERSON) {
            return weight;
        }
        return weight
                * of(
                        word.first().reading.part() == PartOfSpeech.SURNAME
                                ? Weight.SURNAME_ALONE
                                : Weight.FIRST_NAME_ALONE);
    }

    private double phrase(Phrase phrase, int count) {
        Word head = phrase.first().latin
                ? phrase.words().stream()
                        .max(Comparator.comparingDouble(word -> wordWeights.get(word.lemma())))
                        .orElseThrow()
                : phrase.head();
        double score = wordWeights.get(head.lemma());
        if (head.frequency() >= GENERIC_FROM && !head.isName()) {
            score /= 1 + (of(Weight.GENERIC) - 1) * shortness; // the words that describe it make it specific
        }
        score += of(Weight.OTHERS)
                * phrase.words().stream()
                        .filter(word -> word != head)
                        .mapToDouble(word -> wordWeights.get(word.lemma()))
                        .average()
                        .orElse(0);
        int ofHead = Math.max(count, occurrences.get(head.lemma()));
        score *= StrictMath.pow((double) count / ofHead, of(Weight.SHARE));
        score *= of(phrase.first().kind == Kind.ADJECTIVE || phrase.isName() ? Weight.DESCRIBED : Weight.OTHER_PHRASE);
        score *= phrase.isName() ? of(Weight.FULL_NAME) : 1;
        score *= count == 1 ? of(Weight.ONCE) : 1;
        return phrase.words().size() == MAX_WORDS ? score * of(Weight.THREE_WORDS) : score;
    }

    /** Returns the base form if it occurs in the text; otherwise the most frequent nominative; otherwise the most frequent form. */
    private String surface(List<Phrase> same) {
        Map<String, Integer> forms = new LinkedHashMap<>();
        Map<String, Integer> nominatives = new LinkedHashMap<>();
        String lemma = String.join(" ", same.get(0).lemmas());
        for (Phrase phrase : same) {
            String form = WHITE_SPACE
                    .matcher(text.substring(phrase.first().start, phrase.last().end()))
                    .replaceAll(" ");
            if (NormalizedText.of(form).equals(lemma)) {
                return form;
            }
            forms.merge(form, 1, Integer::sum);
            if (phrase.isNominative()) {
                nominatives.merge(form, 1, Integer::sum);
            }
        }
        return (nominatives.isEmpty() ? forms : nominatives)
                .entrySet().stream()
                        .reduce((best, form) -> form.getValue() > best.getValue() ? form : best)
                        .map(Map.Entry::getKey)
                        .orElseThrow();
    }

    private List<String> select(List<Scored> scored, int max) {
        List<Scored> selected = new ArrayList<>();
        for (Scored phrase : scored) {
            boolean worthwhile = selected.size() < FEWEST
                    || phrase.score() >= of(Weight.LEAST) * selected.get(0).score();
            if (worthwhile
                    && selected.size() < max
                    && phrase.tag().length() <= LocalTagger.MAX_LENGTH
                    && selected.stream().noneMatch(better -> repeats(better.lemmas(), phrase.lemmas()))) {
                selected.add(phrase);
            }
        }
        return selected.stream().map(Scored::tag).toList();
    }

    /**
     * Whether a tag repeats a better one. In a short post, the two share at least half of the shorter tag's words; in a longer one,
     * all of them. In news, a longer phrase may follow one of its words.
     */
    private boolean repeats(List<String> better, List<String> lemmas) {
        if (shortness <= 0.5) {
            return better.containsAll(lemmas) || shortness > NEWS && lemmas.containsAll(better);
        }
        Set<String> common = new HashSet<>(lemmas);
        common.retainAll(better);
        return !common.isEmpty() && 2 * common.size() >= Math.min(better.size(), lemmas.size());
    }
}
