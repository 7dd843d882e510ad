package routes.vectorindex.words;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import routes.text.Morphology;
import routes.text.SearchWords;
import routes.text.SearchWords.Forms;
import routes.text.SearchWords.Word;
import routes.text.Spelling;
import routes.vectorindex.VectorIndex.SearchQuery;
import routes.vectorindex.words.Vocabulary.Similar;

/**
 * The terms that the words of a query search for; each index translates the plan into queries of its engine. {@link #content},
 * {@link #joined} and, if both are empty, {@link #connecting} select the hits; {@link #letters}, {@link #pairs} and
 * {@link #connecting} re-rank the best hits. A word matches by its stem or base form, and by its first letters. If no post contains
 * a word, the query searches for probable corrections, in this order: the same keys on the other keyboard layout, the same word in
 * the other alphabet, a word with almost the same letters (from the posts, or from the dictionary in any form), joined words, and
 * finally a word with the same root.
 *
 * <p>The weights were determined by measurement, see {@code SearchEvaluationTest} and decision 35.
 */
public final class QueryPlan {
    /** A tag names the subject of a post; a word in the text is a mere occurrence. */
    private static final float TAG_BOOST = 1;

    private static final float PREFIX_WEIGHT = 1;
    private static final float GRAM_WEIGHT = 0.3f;
    /** Weight of the letters of a word that no post contains. */
    private static final float UNKNOWN_GRAM_WEIGHT = 1;

    /** Weight of a known word's spelling in the other alphabet, because a post may use either alphabet. */
    private static final float OTHER_ALPHABET_WEIGHT = 0.6f;

    private static final float ROOT_WEIGHT = 0.3f;

    /** A word has up to 17 terms, and Lucene accepts 1024. */
    private static final int MAX_WORDS = 40;
    /** Maximum number of unknown words to replace. Searching for similar words takes milliseconds. */
    private static final int MAX_REPAIRS = 8;
    /** Maximum number of words whose letters re-rank the hits. 500 characters give about as many terms. */
    private static final int MAX_REFINING = 32;

    private static final int MAX_PAIRS = 16;
    /** Maximum number of words between two neighbours. */
    private static final int NEAR = 3;

    /** Share that the base form adds to the score of the stem, or vice versa, if both match. */
    private static final float BOTH = 0.3f;

    private static final int SHORTEST_SIMILAR = 4;
    private static final int LONGEST_ONE_ERROR = 8;
    /** Minimum length of a shorter word for which two errors are accepted, if no word with one error exists. */
    private static final int SHORTEST_TWO_ERRORS = 7;

    /** Minimum length of a word that is compared with the dictionary. Shorter words are similar to too many others. */
    private static final int SHORTEST_CORRECTED = 5;

    /** Number of digits in a group of thousands, and minimum length of the first of two joined words. */
    private static final int THOUSANDS = 3;

    /** Minimum length of the second of two joined words, if it is Latin. */
    private static final int SHORTEST_END = 2;

    /** An abbreviation with full stops. */
    private static final Pattern DOTTED = Pattern.compile("(?:\\p{L}\\.){2,7}\\p{L}?");

    private static final int MAX_SIMILAR = 10;
    /** Maximum number of spellings in the other alphabet to look up. Each takes about 20 µs. */
    private static final int SPELLINGS_OF_KNOWN = 4;

    private static final int SPELLINGS_OF_UNKNOWN = 48;
    private static final int SHORTEST_FOREIGN = 3;
    /** The ending of a Russian word, in which its forms differ. */
    private static final Pattern ENDING = Pattern.compile("[аеиоуыэюяйьмхвг]{0,3}");

    /** Fields of a post in which terms are searched. */
    public enum Field {
        STEM,
        /** Base forms; for a word that is not in the dictionary, its stem. */
        LEMMA,
        PREFIX,
        GRAM,
        ROOT,
        /** Stems and lemmas of the words of all tags. */
        TAG
    }

    public record Term(Field field, String text) {}

    public record Weighted(Term term, float weight) {}

    /**
     * A score: that of the best matching alternative, plus a share of the scores of the others.
     *
     * @param others share of the others; 0 for none
     * @param together whether the alternatives are forms of one word, so that a post with one form usually has all of them
     */
    public record Best(List<Weighted> alternatives, float others, float weight, boolean together) {}

    /** A word. Its score is the sum of the matching parts; at least one part must match. */
    public record Clause(List<Best> parts, float weight) {}

    /** Two adjacent words of the query: the base forms of each. */
    public record Pair(List<Term> first, List<Term> second) {}

    private final SearchWords analysis;
    private final SearchQuery query;
    private final Vocabulary vocabulary;

    private final Map<String, String> replaced = new LinkedHashMap<>();
    private final Set<String> done = new HashSet<>();
    private final Map<String, Boolean> known = new HashMap<>();
    private final List<Clause> content = new ArrayList<>();
    private final List<Clause> joined = new ArrayList<>();
    private final List<Clause> connecting = new ArrayList<>();
    private final Map<String, Float> letters = new LinkedHashMap<>();
    private int repairs;

    /** @throws IOException if the vocabulary cannot be read */
    public QueryPlan(SearchWords analysis, SearchQuery query, Vocabulary vocabulary) throws IOException {
        this.analysis = analysis;
        this.query = query;
        this.vocabulary = vocabulary;
        read();
    }

    /** Returns the clauses of which a post must match at least one, or one of {@link #joined}. */
    public List<Clause> content() {
        return content;
    }

    /** Returns adjacent words of the query that posts write as one word. */
    public List<Clause> joined() {
        return joined;
    }

    /** Returns stop words. Without {@link #content}, a post must match all of them. */
    public List<Clause> connecting() {
        return connecting;
    }

    /** Returns the words whose letter sequences re-rank the best hits, with the weight of a sequence. */
    public Map<String, Float> letters() {
        return letters;
    }

    /** Returns adjacent words of the query, which score higher if they are near each other in a post. */
    public List<Pair> pairs() {
        List<Word> words = analysis.of(query.text()).stream()
                .filter(word -> !word.joined())
                .toList();
        List<Pair> pairs = new ArrayList<>();
        for (int i = 1; i < Math.min(words.size(), MAX_PAIRS); i++) {
            pairs.add(new Pair(
                    bases(analysis, words.get(i - 1).text()),
                    bases(analysis, words.get(i).text())));
        }
        return pairs;
    }

    /** Returns the terms of a word in the field with positions. */
    public static List<Term> bases(SearchWords analysis, String word) {
        return analysis.forms(word).bases().stream()
                .map(base -> new Term(Field.LEMMA, base))
                .toList();
    }

    /** Returns all terms of a word except its letters: stem and base forms, in the text and in the tags. */
    public static List<Term> forms(SearchWords analysis, String word) {
        Forms forms = analysis.forms(word);
        List<Term> terms = new ArrayList<>(List.of(new Term(Field.STEM, forms.stem())));
        forms.lemmas().forEach(lemma -> terms.add(new Term(Field.LEMMA, lemma)));
        analysis.keys(word).forEach(key -> terms.add(new Term(Field.TAG, key)));
        return terms;
    }

    /** Returns parts of the text as typed, with the words that were searched for instead. */
    public Map<String, String> replaced() {
        return replaced;
    }

    private void read() throws IOException {
        expectWords();
        String before = null;
        for (String typed : query.text().strip().split("[\\s\\p{Z}]+")) {
            List<Word> words = analysis.of(typed);
            if (done.size() >= MAX_WORDS) {
                return;
            }
            List<Word> letters = DOTTED.matcher(typed).matches() ? analysis.of(typed.replace(".", "")) : List.of();
            if (letters.size() == 1 && isKnown(letters.get(0).text())) {
                words = letters;
            }
            if (mayRepair() && !isAnyKnown(words) && replaceAll(typed)) {
                before = null;
                continue;
            }
            for (Word word : words) {
                add(word.text(), typed);
            }
            String single = words.size() == 1 ? words.get(0).text() : null;
            if (single != null && before != null && isJoined(before, single)) {
                joined.add(byForms(before + single));
            }
            before = single;
        }
    }

    /** Announces the lookups that are needed in any case to the vocabulary. */
    private void expectWords() throws IOException {
        Set<String> words = new LinkedHashSet<>();
        Set<String> others = new LinkedHashSet<>();
        analysis.of(query.text()).stream().map(Word::text).limit(MAX_WORDS).forEach(word -> {
            words.add(word);
            if (!query.asTyped() && isForeign(word)) {
                others.addAll(Spelling.inOtherAlphabet(word, SPELLINGS_OF_KNOWN));
            }
        });
        expect(words, others);
    }

    private static boolean isForeign(String word) {
        return word.length() >= SHORTEST_FOREIGN && word.chars().allMatch(Character::isLetter);
    }

    private boolean mayRepair() {
        return !query.asTyped() && repairs < MAX_REPAIRS;
    }

    /** Whether posts contain the two words as one word: "wifi". */
    private boolean isJoined(String first, String second) throws IOException {
        String both = first + second;
        // otherwise the "или" of "неили" would be treated as an ending
        return analysis.forms(both).stem().length() > first.length() && isKnown(both);
    }

    private boolean isAnyKnown(List<Word> words) throws IOException {
        for (Word word : words) {
            // a single letter among other words is not a word
            if ((word.text().length() > 1 || words.size() == 1) && isKnown(word.text())) {
                return true;
            }
        }
        return false;
    }

    private void add(String word, String typed) throws IOException {
        if (done.size() >= MAX_WORDS || !done.add(word)) {
            return;
        }
        if (analysis.isStopWord(word)) {
            connecting.add(byForms(word));
            return;
        }
        boolean isKnown = isKnown(word);
        content.add(byForms(word));
        content.add(single(new Term(Field.PREFIX, SearchWords.prefix(word)), PREFIX_WEIGHT));
        addLetters(word, isKnown ? GRAM_WEIGHT : UNKNOWN_GRAM_WEIGHT);
        if (isKnown && !query.asTyped()) {
            for (String other :
                    inOtherAlphabet(word, SPELLINGS_OF_KNOWN).stream().limit(1).toList()) {
                content.add(new Clause(byForms(other).parts(), OTHER_ALPHABET_WEIGHT));
            }
        } else if (!isKnown && mayRepair()) {
            repairs++;
            if (!addSimilar(word, typed)
                    && !addCorrected(word, typed)
                    && !addParts(word, typed)
                    && !addForeignBeginning(word, typed)) {
                addRoots(word);
            }
        }
    }

    /** Tries the other keyboard layout and the other alphabet; false if no result is a known word. */
    private boolean replaceAll(String typed) throws IOException {
        repairs++;
        String plain = typed.replaceFirst("[.,;:'\"]+$", "");
        for (String keys : new LinkedHashSet<>(List.of(typed, plain))) {
            String other = Spelling.onOtherLayout(keys);
            if (!other.equals(keys) && replace(typed, other)) {
                return true;
            }
        }
        List<String> others = new ArrayList<>();
        for (Word word : analysis.of(typed)) {
            List<String> spellings = new ArrayList<>(inOtherAlphabet(word.text(), SPELLINGS_OF_UNKNOWN));
            String stem = analysis.forms(word.text()).stem();
            if (spellings.isEmpty() && stem.length() >= SHORTEST_SIMILAR) {
                // a foreign name with a Russian ending, or spelled as it sounds: гуглом
                spellings.addAll(inOtherAlphabet(stem, SPELLINGS_OF_UNKNOWN));
                spellings.addAll(readable(Spelling.bySound(word.text(), SPELLINGS_OF_UNKNOWN)));
                spellings.addAll(readable(Spelling.bySound(stem, SPELLINGS_OF_UNKNOWN)));
            }
            if (spellings.isEmpty() && !word.joined()) {
                return false;
            }
            others.addAll(spellings.subList(0, Math.min(1, spellings.size())));
        }
        return !others.isEmpty() && replace(typed, String.join(" ", others));
    }

    private boolean replace(String typed, String meant) throws IOException {
        List<Word> words = analysis.of(meant);
        boolean isReadable = false;
        for (Word word : words) {
            isReadable |= word.text().length() > 1 && isReadable(word.text());
        }
        if (!isReadable) {
            return false;
        }
        for (Word word : words) {
            add(word.text(), typed);
        }
        replaced.put(typed, meant.replaceAll("^\\P{L}+|[^\\p{L}\\p{N}+#]+$", ""));
        return true;
    }

    private List<String> inOtherAlphabet(String word, int most) throws IOException {
        return isForeign(word) ? readable(Spelling.inOtherAlphabet(word, most)) : List.of();
    }

    private List<String> readable(List<String> others) throws IOException {
        List<String> found = new ArrayList<>();
        expect(Set.of(), others);
        for (String other : others) {
            if (!analysis.isStopWord(other) && isReadable(other)) {
                found.add(other);
            }
        }
        return found;
    }

    /** Adds words with almost the same letters, also in the other alphabet. */
    private boolean addSimilar(String word, String typed) throws IOException {
        if (word.length() < SHORTEST_SIMILAR || !word.chars().allMatch(Character::isLetter)) {
            return false;
        }
        List<Similar> similar = new ArrayList<>(vocabulary.similar(word, errors(word)));
        if (similar.isEmpty()) {
            for (String other : Spelling.inOtherAlphabet(word, 2)) {
                similar.addAll(vocabulary.similar(other, errors(other)));
            }
        }
        if (similar.isEmpty() && word.length() >= SHORTEST_TWO_ERRORS) {
            similar = vocabulary.similar(word, 2);
        }
        if (similar.isEmpty()) {
            return false;
        }
        Map<String, Float> weights = new LinkedHashMap<>();
        similar.forEach(one -> weights.merge(
                analysis.forms(one.word()).stem(), 1 - (float) one.distance() / word.length(), Math::max));
        List<Weighted> any = new ArrayList<>();
        weights.forEach((stem, weight) -> any.add(new Weighted(new Term(Field.STEM, stem), weight)));
        content.add(new Clause(List.of(new Best(any, 0, 1, false)), 1));
        String best = similar.get(0).word();
        if (!areForms(word, best)) {
            replaced.put(typed, best);
        }
        return true;
    }

    /** Whether two Russian words differ only in their endings, such as two cases of a name that is not in the dictionary. */
    private static boolean areForms(String word, String other) {
        int same = 0;
        while (same < Math.min(word.length(), other.length()) && word.charAt(same) == other.charAt(same)) {
            same++;
        }
        return same >= SHORTEST_SIMILAR
                && ENDING.matcher(word.substring(same)).matches()
                && ENDING.matcher(other.substring(same)).matches();
    }

    private static int errors(String word) {
        return word.length() <= LONGEST_ONE_ERROR ? 1 : 2;
    }

    /** Adds a correction from the dictionary, for a typing error in a word form that the posts do not contain. */
    private boolean addCorrected(String word, String typed) throws IOException {
        if (word.length() < SHORTEST_CORRECTED || !Morphology.isCyrillic(word)) {
            return false;
        }
        List<String> guesses = Spelling.corrected(word);
        expect(Set.of(), guesses);
        for (String guess : guesses) {
            if (isReadable(guess)) {
                add(guess, typed);
                replaced.put(typed, guess);
                return true;
            }
        }
        for (String guess : guesses) {
            if (hasPrefix(guess)) {
                add(guess, typed);
                replaced.put(typed, guess);
                return true;
            }
        }
        return false;
    }

    /** Adds known words that were typed as one word, and the spelling of a number with separated thousands. */
    private boolean addParts(String word, String typed) throws IOException {
        List<List<String>> ways = new ArrayList<>();
        if (word.length() > THOUSANDS && word.chars().allMatch(Character::isDigit)) {
            List<String> groups = new ArrayList<>();
            for (int end = word.length(); end > 0; end -= THOUSANDS) {
                groups.add(0, word.substring(Math.max(0, end - THOUSANDS), end));
            }
            ways.add(groups);
        }
        for (int i = word.length() - SHORTEST_END; i >= THOUSANDS; i--) {
            String end = word.substring(i);
            // "js" of "nodejs", but not endings of Russian words
            if (end.length() > SHORTEST_END || end.chars().allMatch(c -> c < 128) && !analysis.isStopWord(end)) {
                ways.add(List.of(word.substring(0, i), end));
            }
        }
        expect(Set.of(), ways.stream().map(way -> way.get(0)).toList());
        for (List<String> way : ways) {
            boolean areAll = true;
            for (String part : way) {
                areAll = areAll && isReadable(part);
            }
            if (areAll) {
                for (String part : way) {
                    add(part, typed);
                }
                replaced.put(typed, String.join(" ", way));
                return true;
            }
        }
        return false;
    }

    /** Adds a word in the other alphabet that has the same first letters as words of posts: "shokolad" for "шоколадная". */
    private boolean addForeignBeginning(String word, String typed) throws IOException {
        if (word.length() < SHORTEST_CORRECTED || !isForeign(word) || Morphology.isCyrillic(word)) {
            return false;
        }
        for (String other : Spelling.inOtherAlphabet(word, SPELLINGS_OF_KNOWN)) {
            if (other.length() > SHORTEST_CORRECTED && hasPrefix(other)) {
                content.add(single(new Term(Field.PREFIX, SearchWords.prefix(other)), PREFIX_WEIGHT));
                addLetters(other, GRAM_WEIGHT);
                replaced.put(typed, other);
                return true;
            }
        }
        return false;
    }

    private void addLetters(String word, float weight) {
        if (letters.size() < MAX_REFINING) {
            letters.put(word, weight);
        }
    }

    /** Last resort: adds words with the same root, such as "забастовка" for "бастуют". */
    private void addRoots(String word) throws IOException {
        if (hasPrefix(word)) {
            return;
        }
        for (String root : analysis.forms(word).roots()) {
            content.add(single(new Term(Field.ROOT, root), ROOT_WEIGHT));
        }
    }

    private boolean hasPrefix(String word) throws IOException {
        return vocabulary.isReadable(List.of(new Term(Field.PREFIX, SearchWords.prefix(word))));
    }

    /** Returns a clause for stem and base forms, in the text and in the tags. */
    private Clause byForms(String word) {
        List<Weighted> text = new ArrayList<>();
        List<Weighted> tags = new ArrayList<>();
        forms(analysis, word).forEach(term -> (term.field() == Field.TAG ? tags : text).add(new Weighted(term, 1)));
        return new Clause(List.of(new Best(text, BOTH, 1, true), new Best(tags, 0, TAG_BOOST, true)), 1);
    }

    private static Clause single(Term term, float weight) {
        return new Clause(List.of(new Best(List.of(new Weighted(term, 1)), 0, 1, false)), weight);
    }

    /** Whether a post of the tenant contains the word in any form. */
    private boolean isKnown(String word) throws IOException {
        Boolean is = known.get(word);
        if (is == null) {
            is = vocabulary.isKnown(forms(analysis, word));
            known.put(word, is);
        }
        return is;
    }

    private boolean isReadable(String word) throws IOException {
        return vocabulary.isReadable(forms(analysis, word));
    }

    private void expect(Collection<String> known, Collection<String> readable) throws IOException {
        vocabulary.expect(
                known.stream().map(word -> forms(analysis, word)).toList(),
                readable.stream().map(word -> forms(analysis, word)).toList());
    }
}
