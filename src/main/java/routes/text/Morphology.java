package routes.text;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import morfologik.fsa.FSA;
import morfologik.fsa.FSATraversal;
import morfologik.fsa.MatchResult;
import morfologik.stemming.Dictionary;
import morfologik.stemming.DictionaryLookup;
import morfologik.stemming.WordData;

/**
 * The dictionaries of Russian and English words: base form, part of speech and frequency. Cyrillic words are looked up in the
 * Russian one, others in the English one. Loaded on first use (about 1.5 s, 17 MB of heap); thread-safe.
 */
public final class Morphology {
    private static final String RESOURCES = "/org/languagetool/resource/";
    /** Minimum length of a part of an unknown compound ("нейро|сети"), in letters, to count as a word. */
    private static final int SHORTEST_TAIL = 4;

    private static final int SHORTEST_HEAD = 3;
    /** Most words of a post are among the most frequent; about 300 bytes each. */
    private static final int CACHED_WORDS = 20_000;

    /** Bonuses for a reading as a noun, and as a base form, in frequency classes. */
    private static final int NOMINAL = 8;

    private static final int ITSELF = 3;

    public enum PartOfSpeech {
        NOUN,
        FIRST_NAME,
        PATRONYMIC,
        SURNAME,
        /** English only: names of any kind. */
        NAME,
        ABBREVIATION,
        ADJECTIVE,
        PARTICIPLE,
        NUMERAL,
        VERB,
        ADVERB,
        /** English only: articles and possessive pronouns, which stand before a noun. */
        DETERMINER,
        /** English only: pronouns as subjects, modal verbs and "to", which stand before a verb. */
        SUBJECT,
        /** Pronouns, prepositions, conjunctions, particles. */
        FUNCTION;

        /** Whether it names a thing or a person. */
        public boolean isNominal() {
            return this == NOUN || this == NAME || this == ABBREVIATION || isPersonal();
        }

        public boolean isPersonal() {
            return this == FIRST_NAME || this == PATRONYMIC || this == SURNAME;
        }
    }

    /**
     * One possible reading of a word.
     *
     * @param lemma base form, lower case, ё written as е
     * @param forms of a Russian noun or adjective: a bit for each case and, within it, masculine, feminine, neuter singular and
     *     plural; 0 if the word has no such forms
     * @param frequency how common the base form is: 0 (rare) to 25, about the binary logarithm of its occurrences in the
     *     dictionary's corpus; -1 if unknown
     */
    public record Reading(String lemma, PartOfSpeech part, int forms, int frequency) {
        private static final int NOMINATIVE = 0xF;
        private static final int GENITIVE = 0xF0;

        /** Whether an adjective and a noun can belong together. */
        public boolean agrees(Reading other) {
            return (forms & other.forms) != 0;
        }

        public boolean isNominative() {
            return (forms & NOMINATIVE) != 0;
        }

        public boolean isGenitive() {
            return (forms & GENITIVE) != 0;
        }
    }

    private static final List<String> CASES = List.of("Nom", "R", "D", "V", "T", "P");
    private static final List<String> GENDERS = List.of("Masc", "Fem", "Neut", "PL");

    /** Both languages, loaded on first use. */
    private static final class Loaded {
        static final Morphology INSTANCE = new Morphology();
    }

    private final Language russian = new Language("ru/russian", "ru/hunspell/ru_RU", Charset.forName("KOI8-R"));
    private final Language english = new Language("en/english", "en/hunspell/en_US", StandardCharsets.UTF_8);

    private final Cache<String, List<Reading>> known =
            Caffeine.newBuilder().maximumSize(CACHED_WORDS).build();

    private Morphology() {}

    public static Morphology get() {
        return Loaded.INSTANCE;
    }

    /** A dictionary of word forms and one of frequencies. */
    private static final class Language {
        private final ThreadLocal<DictionaryLookup> forms;
        private final ThreadLocal<FSATraversal> frequencies;
        private final FSA frequencyTree;
        private final Charset charset;

        Language(String forms, String frequencies, Charset charset) {
            this.charset = charset;
            try (InputStream dictionary = open(forms + ".dict");
                    InputStream format = open(forms + ".info");
                    InputStream tree = open(frequencies + ".dict")) {
                Dictionary read = Dictionary.read(inMemory(dictionary), format);
                this.forms = ThreadLocal.withInitial(() -> new DictionaryLookup(read));
                this.frequencyTree = FSA.read(inMemory(tree));
                this.frequencies = ThreadLocal.withInitial(() -> new FSATraversal(frequencyTree));
            } catch (IOException e) {
                throw new UncheckedIOException("The dictionaries of LanguageTool cannot be read", e);
            }
        }

        /** FSA reads byte by byte. */
        private static InputStream inMemory(InputStream file) throws IOException {
            return new ByteArrayInputStream(file.readAllBytes());
        }

        private static InputStream open(String name) {
            return Objects.requireNonNull(
                    Morphology.class.getResourceAsStream(RESOURCES + name), () -> RESOURCES + name + " is missing");
        }

        List<WordData> lookup(String word) {
            return forms.get().lookup(word);
        }

        int frequency(String lemma) {
            byte[] bytes = lemma.getBytes(charset);
            MatchResult match = frequencies.get().match(bytes, 0, bytes.length, frequencyTree.getRootNode());
            if (match.kind != MatchResult.SEQUENCE_IS_A_PREFIX) {
                return -1;
            }
            int separator = frequencyTree.getArc(match.node, (byte) '+');
            return separator == 0
                    ? -1
                    : frequencyTree.getArcLabel(frequencyTree.getFirstArc(frequencyTree.getEndNode(separator))) - 'A';
        }
    }

    /** The dictionary readings of a word, ignoring case; empty for an unknown word. */
    public List<Reading> readings(String word) {
        List<Reading> cached = known.getIfPresent(word);
        if (cached == null) {
            cached = lookup(word);
            known.put(word, cached);
        }
        return cached;
    }

    /**
     * The base form of a word without context: prefers nouns, words that are their own base form, and frequent readings. Empty for
     * an unknown word.
     */
    public Optional<String> lemma(String word) {
        String written = NormalizedText.of(word);
        return readings(word).stream()
                .max(Comparator.comparingInt(
                                (Reading reading) -> (reading.part().isNominal() ? NOMINAL : 0)
                                        + (reading.lemma().equals(written) ? ITSELF : 0)
                                        + reading.frequency())
                        .thenComparing(Reading::lemma))
                .map(Reading::lemma);
    }

    private List<Reading> lookup(String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        Language language = isCyrillic(word) ? russian : english;
        List<Reading> readings = new ArrayList<>();
        add(readings, language.lookup(lower));
        if (language == english || readings.isEmpty()) {
            if (readings.isEmpty() && lower.indexOf('ё') >= 0) {
                add(readings, language.lookup(lower.replace('ё', 'е')));
            }
            add(readings, language.lookup(title(lower)));
            if (!word.equals(lower) && !word.equals(title(lower))) {
                add(readings, language.lookup(word));
            }
        }
        return readings.isEmpty() && language == russian ? compound(lower) : List.copyOf(readings);
    }

    /** For an unknown word, the longest ending that is a noun or an adjective: "нейросети" as "нейро" and "сети". */
    private List<Reading> compound(String word) {
        for (int tail = Math.max(SHORTEST_HEAD, word.lastIndexOf('-') + 1);
                tail <= word.length() - SHORTEST_TAIL;
                tail++) {
            String head = word.substring(0, tail).replace('ё', 'е');
            List<Reading> readings = new ArrayList<>();
            add(readings, russian.lookup(word.substring(tail)));
            readings.removeIf(
                    reading -> reading.part() != PartOfSpeech.NOUN && reading.part() != PartOfSpeech.ADJECTIVE);
            if (!readings.isEmpty()) {
                return readings.stream()
                        .map(reading -> new Reading(head + reading.lemma(), reading.part(), reading.forms(), -1))
                        .toList();
            }
        }
        return List.of();
    }

    private void add(List<Reading> readings, List<WordData> entries) {
        for (WordData entry : entries) {
            Reading reading = reading(entry);
            int same = 0;
            while (same < readings.size()
                    && (readings.get(same).part() != reading.part()
                            || !readings.get(same).lemma().equals(reading.lemma()))) {
                same++;
            }
            if (same == readings.size()) {
                readings.add(reading);
            } else {
                Reading known = readings.get(same);
                readings.set(
                        same,
                        new Reading(known.lemma(), known.part(), known.forms() | reading.forms(), known.frequency()));
            }
        }
    }

    private Reading reading(WordData entry) {
        String[] tag = entry.getTag().toString().split(":", -1);
        PartOfSpeech part = part(tag);
        String lemma = entry.getStem().toString();
        return new Reading(
                lemma.toLowerCase(Locale.ROOT).replace('ё', 'е'),
                part,
                isCyrillic(lemma) ? forms(tag) : 0,
                Math.max(frequency(lemma), frequency(lemma.replace('ё', 'е'))));
    }

    private static PartOfSpeech part(String[] tag) {
        return switch (tag[0]) {
            case "NN" ->
                tag.length < 2
                        ? PartOfSpeech.NOUN
                        : switch (tag[1]) {
                            case "Name" -> PartOfSpeech.FIRST_NAME;
                            case "Patr" -> PartOfSpeech.PATRONYMIC;
                            case "Fam" -> PartOfSpeech.SURNAME;
                            default -> PartOfSpeech.NOUN;
                        };
            case "NNS" -> PartOfSpeech.NOUN;
            case "NNP", "NNPS" -> PartOfSpeech.NAME;
            case "ABR" -> PartOfSpeech.ABBREVIATION;
            case "ADJ" ->
                tag.length > 1 && tag[1].equals("MPR")
                        ? PartOfSpeech.FUNCTION
                        : tag.length > 1 && (tag[1].equals("Short") || tag[1].equals("Comp"))
                                ? PartOfSpeech.VERB
                                : PartOfSpeech.ADJECTIVE;
            case "JJ" -> PartOfSpeech.ADJECTIVE;
            case "PT", "VBN" -> PartOfSpeech.PARTICIPLE;
            case "Ord", "Num", "NumC", "CD" -> PartOfSpeech.NUMERAL;
            case "VB", "DPT", "PT_Short", "VBD", "VBG", "VBP", "VBZ" -> PartOfSpeech.VERB;
            case "DT", "PDT", "PRP$" -> PartOfSpeech.DETERMINER;
            case "MD", "TO", "WP" -> PartOfSpeech.SUBJECT;
            case "ADV", "RB", "RBR", "RBS", "JJR", "JJS", "PRDC" -> PartOfSpeech.ADVERB;
            default ->
                tag[0].startsWith("PRP_S")
                        ? PartOfSpeech.SUBJECT
                        : tag[0].startsWith("PRP$") ? PartOfSpeech.DETERMINER : PartOfSpeech.FUNCTION;
        };
    }

    private static int forms(String[] tag) {
        int cases = 0;
        int genders = 0;
        boolean plural = false;
        for (String value : tag) {
            String name = value.startsWith("2") ? value.substring(1) : value;
            cases |= 1 << CASES.indexOf(name) & (CASES.contains(name) ? -1 : 0);
            plural |= value.equals("PL");
            genders |= GENDERS.contains(value) ? 1 << GENDERS.indexOf(value) : 0;
        }
        genders = plural ? 8 : genders == 0 ? 15 : genders;
        cases = cases == 0 ? 63 : cases;
        int forms = 0;
        for (int i = 0; i < CASES.size(); i++) {
            forms |= (cases >> i & 1) == 0 ? 0 : genders << 4 * i;
        }
        return forms;
    }

    private int frequency(String lemma) {
        Language language = isCyrillic(lemma) ? russian : english;
        return Math.max(
                language.frequency(lemma),
                Math.max(
                        language.frequency(title(lemma)),
                        language == english ? language.frequency(lemma.toUpperCase(Locale.ROOT)) : -1));
    }

    private static String title(String word) {
        return word.isEmpty()
                ? word
                : word.substring(0, word.offsetByCodePoints(0, 1)).toUpperCase(Locale.ROOT)
                        + word.substring(word.offsetByCodePoints(0, 1));
    }

    public static boolean isCyrillic(CharSequence word) {
        for (int i = 0; i < word.length(); i++) {
            if (Character.UnicodeBlock.of(word.charAt(i)) == Character.UnicodeBlock.CYRILLIC) {
                return true;
            }
        }
        return false;
    }
}
