package routes.text;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import morfologik.fsa.FSA;
import morfologik.fsa.FSATraversal;
import morfologik.fsa.MatchResult;
import morfologik.stemming.Dictionary;
import morfologik.stemming.DictionaryLookup;
import morfologik.stemming.WordData;
import org.springframework.util.StringUtils;

/**
 * The dictionaries of Russian and English words: base form, part of speech and frequency. Cyrillic words are looked up in the
 * Russian dictionary, others in the English one. Loaded on first use (about 1.5 s, 17 MB of heap); thread-safe.
 */
public final class Morphology {
    private static final String RESOURCES = "/org/languagetool/resource/";
    /** Minimum length of the second part of an unknown compound ("нейро|сети"), in letters. */
    private static final int SHORTEST_TAIL = 4;

    private static final int SHORTEST_HEAD = 3;
    /** As in {@link SearchWords}; an entry takes about 300 bytes. */
    private static final int CACHED_WORDS = 100_000;

    /** The highest frequency class of the dictionaries. */
    private static final double MOST_FREQUENT = 25;

    private static final double LEAST_RARITY = 0.15;

    /** Bonuses for a reading as a noun, and as a base form, in frequency classes. */
    private static final int NOMINAL = 8;

    private static final int ITSELF = 3;

    /** The parts of speech, with their tags in the dictionaries. A tag is compared by its first part or its first two parts. */
    public enum PartOfSpeech {
        NOUN("NN NNS"),
        FIRST_NAME("NN:Name"),
        PATRONYMIC("NN:Patr"),
        SURNAME("NN:Fam"),
        /** English only: names of all kinds. */
        NAME("NNP NNPS"),
        ABBREVIATION("ABR"),
        ADJECTIVE("ADJ JJ"),
        PARTICIPLE("PT VBN"),
        NUMERAL("Ord Num NumC CD"),
        VERB("VB VBD VBG VBP VBZ DPT PT_Short ADJ:Short ADJ:Comp"),
        ADVERB("ADV RB RBR RBS JJR JJS PRDC"),
        /** English only: articles and possessive pronouns, which precede a noun. */
        DETERMINER("DT PDT PRP$"),
        /** English only: pronouns as subjects, modal verbs and "to", which precede a verb. */
        SUBJECT("MD TO WP PRP_S"),
        /** Pronouns, prepositions, conjunctions, particles. */
        FUNCTION("ADJ:MPR");

        private static final Pattern PRONOUN = Pattern.compile("^(PRP_S|PRP\\$).*");
        private static final Map<String, PartOfSpeech> BY_TAG = new HashMap<>();

        static {
            for (PartOfSpeech part : values()) {
                part.tags.forEach(tag -> BY_TAG.put(tag, part));
            }
        }

        private final List<String> tags;

        PartOfSpeech(String tags) {
            this.tags = List.of(tags.split(" "));
        }

        private static PartOfSpeech of(String[] tag) {
            String first = PRONOUN.matcher(tag[0]).replaceFirst("$1");
            PartOfSpeech byFirst = BY_TAG.getOrDefault(first, FUNCTION);
            return tag.length < 2 ? byFirst : BY_TAG.getOrDefault(first + ":" + tag[1], byFirst);
        }

        /** Whether the part of speech names a thing or a person. */
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
     * @param forms forms of a Russian noun or adjective: for each case, one bit each for masculine, feminine and neuter singular
     *     and for plural; 0 if the word has no such forms
     * @param frequency frequency class of the base form: 0 (rare) to 25, about the binary logarithm of its occurrences in the
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
    private static final int PLURAL = 8;
    private static final int ALL_GENDERS = 15;

    /** The grammatical meaning of a dictionary tag. */
    private record Grammar(PartOfSpeech part, int forms) {}

    /** Both languages, loaded on first use. */
    private static final class Loaded {
        static final Morphology INSTANCE = new Morphology();
    }

    private final Dictionaries russian = new Dictionaries("ru/russian", "ru/hunspell/ru_RU", Charset.forName("KOI8-R"));
    private final Dictionaries english = new Dictionaries("en/english", "en/hunspell/en_US", StandardCharsets.UTF_8);

    private final Cache<String, List<Reading>> known =
            Caffeine.newBuilder().maximumSize(CACHED_WORDS).build();

    /** Parsed tags. The dictionaries contain about a hundred different ones. */
    private final Map<String, Grammar> grammars = new ConcurrentHashMap<>();

    private Morphology() {}

    public static Morphology get() {
        return Loaded.INSTANCE;
    }

    /** A dictionary of word forms and a dictionary of frequencies. */
    private static final class Dictionaries {
        private final ThreadLocal<DictionaryLookup> forms;
        private final Tree formTree;
        private final Tree frequencyTree;
        private final Charset charset;

        Dictionaries(String forms, String frequencies, Charset charset) {
            this.charset = charset;
            try (InputStream dictionary = open(forms + ".dict");
                    InputStream format = open(forms + ".info");
                    InputStream tree = open(frequencies + ".dict")) {
                Dictionary read = Dictionary.read(inMemory(dictionary), format);
                this.forms = ThreadLocal.withInitial(() -> new DictionaryLookup(read));
                this.formTree = new Tree(read.fsa);
                this.frequencyTree = new Tree(FSA.read(inMemory(tree)));
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot read the dictionaries of LanguageTool", e);
            }
        }

        /** FSA reads single bytes. */
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

        byte[] encoded(String word) {
            return word.getBytes(charset);
        }

        /** Whether the bytes of the word from this position are an entry. Much faster than a lookup. */
        boolean has(byte[] word, int from) {
            return formTree.entry(word, from) != 0;
        }

        int frequency(String lemma) {
            int entry = frequencyTree.entry(encoded(lemma), 0);
            return entry == 0 ? -1 : frequencyTree.firstLabel(entry) - 'A';
        }
    }

    /** Entries consist of a word, {@code +}, and its data. */
    private record Tree(FSA tree, FSATraversal traversal) {
        Tree(FSA tree) {
            this(tree, new FSATraversal(tree));
        }

        /** Returns the arc of the {@code +} after the word, or 0 if the word is not an entry. */
        int entry(byte[] word, int from) {
            MatchResult match = traversal.match(word, from, word.length - from, tree.getRootNode());
            return match.kind == MatchResult.SEQUENCE_IS_A_PREFIX ? tree.getArc(match.node, (byte) '+') : 0;
        }

        byte firstLabel(int arc) {
            return tree.getArcLabel(tree.getFirstArc(tree.getEndNode(arc)));
        }
    }

    /** Returns the dictionary readings of a word, ignoring case; empty for an unknown word. */
    public List<Reading> readings(String word) {
        return known.get(word, this::lookup);
    }

    /**
     * Whether the dictionary contains the Russian word, in lower case or as a name. Bypasses the cache, for checking many
     * candidates.
     */
    boolean isRussianWord(String lower) {
        return russian.has(russian.encoded(lower), 0) || russian.has(russian.encoded(StringUtils.capitalize(lower)), 0);
    }

    /**
     * Returns the base form of a word without context. Prefers nouns, words that are their own base form, and frequent readings.
     * Empty for an unknown word.
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
        String title = StringUtils.capitalize(lower);
        boolean cyrillic = isCyrillic(word);
        Dictionaries language = cyrillic ? russian : english;
        Map<String, Reading> readings = new LinkedHashMap<>();
        add(readings, language.lookup(lower));
        if (!cyrillic || readings.isEmpty()) {
            if (readings.isEmpty() && lower.indexOf('ё') >= 0) {
                add(readings, language.lookup(lower.replace('ё', 'е')));
            }
            add(readings, language.lookup(title));
            if (!word.equals(lower) && !word.equals(title)) {
                add(readings, language.lookup(word));
            }
        }
        return readings.isEmpty() && cyrillic ? compound(lower) : List.copyOf(readings.values());
    }

    /** Returns the readings of an unknown word's longest ending that is a noun or an adjective: "нейросети" as "нейро" and "сети". */
    private List<Reading> compound(String word) {
        int shortest = Math.max(SHORTEST_HEAD, word.lastIndexOf('-') + 1);
        byte[] encoded = russian.encoded(word);
        if (encoded.length != word.length()) {
            return List.of(); // characters outside the BMP; all others are one byte
        }
        for (int tail = shortest; tail <= word.length() - SHORTEST_TAIL; tail++) {
            if (!russian.has(encoded, tail)) {
                continue;
            }
            String head = word.substring(0, tail).replace('ё', 'е');
            Map<String, Reading> readings = new LinkedHashMap<>();
            add(readings, russian.lookup(word.substring(tail)));
            List<Reading> found = readings.values().stream()
                    .filter(reading -> reading.part() == PartOfSpeech.NOUN || reading.part() == PartOfSpeech.ADJECTIVE)
                    .map(reading -> new Reading(head + reading.lemma(), reading.part(), reading.forms(), -1))
                    .toList();
            if (!found.isEmpty()) {
                return found;
            }
        }
        return List.of();
    }

    /** Merges entries of the same lemma and part of speech into one reading. */
    private void add(Map<String, Reading> readings, List<WordData> entries) {
        for (WordData entry : entries) {
            String stem = entry.getStem().toString();
            String lemma = NormalizedText.of(stem);
            Grammar grammar = grammars.computeIfAbsent(entry.getTag().toString(), Morphology::grammar);
            int forms = isCyrillic(lemma) ? grammar.forms() : 0;
            readings.compute(
                    grammar.part() + " " + lemma,
                    // a word has up to a dozen entries of one lemma; its frequency is looked up once
                    (key, known) -> known == null
                            ? new Reading(lemma, grammar.part(), forms, frequency(stem))
                            : new Reading(lemma, grammar.part(), known.forms() | forms, known.frequency()));
        }
    }

    private static Grammar grammar(String tag) {
        String[] values = tag.split(":", -1);
        return new Grammar(PartOfSpeech.of(values), forms(values));
    }

    private static int forms(String[] tag) {
        int cases = 0;
        int genders = 0;
        for (String value : tag) {
            int form = CASES.indexOf(value.startsWith("2") ? value.substring(1) : value);
            cases |= form < 0 ? 0 : 1 << form;
            genders |= GENDERS.contains(value) ? 1 << GENDERS.indexOf(value) : 0;
        }
        genders = genders >= PLURAL ? PLURAL : genders == 0 ? ALL_GENDERS : genders;
        int forms = 0;
        for (int i = 0; i < CASES.size(); i++) {
            forms |= cases == 0 || (cases >> i & 1) == 1 ? genders << 4 * i : 0;
        }
        return forms;
    }

    /** Returns the highest frequency of all spellings. */
    private int frequency(String lemma) {
        boolean cyrillic = isCyrillic(lemma);
        Set<String> spellings = new HashSet<>();
        for (String spelling : List.of(lemma, lemma.replace('ё', 'е'))) {
            spellings.add(spelling);
            spellings.add(StringUtils.capitalize(spelling));
            if (!cyrillic) {
                spellings.add(spelling.toUpperCase(Locale.ROOT));
            }
        }
        Dictionaries language = cyrillic ? russian : english;
        return spellings.stream().mapToInt(language::frequency).max().orElse(-1);
    }

    /**
     * Returns the information value of a word: 1 for a rare word or one that is not in the dictionary, {@value #LEAST_RARITY} for
     * the most frequent ones.
     */
    public double rarity(String word) {
        int frequency =
                readings(word).stream().mapToInt(Reading::frequency).max().orElse(0);
        return Math.max(LEAST_RARITY, 1 - Math.max(0, frequency) / MOST_FREQUENT);
    }

    /** Whether the word can only be a name: the dictionary contains no other reading of it, or does not contain it. */
    public boolean isName(String word) {
        return readings(word).stream()
                .allMatch(reading ->
                        reading.part() == PartOfSpeech.NAME || reading.part().isPersonal());
    }

    /** Whether the word contains a Cyrillic letter. */
    public static boolean isCyrillic(CharSequence word) {
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) >= 0x400 && word.charAt(i) < 0x500) {
                return true;
            }
        }
        return false;
    }
}
