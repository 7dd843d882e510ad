package routes.vectorindex.lucene;

import static routes.vectorindex.lucene.PointDocument.GRAM;
import static routes.vectorindex.lucene.PointDocument.LEMMA;
import static routes.vectorindex.lucene.PointDocument.PREFIX;
import static routes.vectorindex.lucene.PointDocument.ROOT;
import static routes.vectorindex.lucene.PointDocument.STEM;
import static routes.vectorindex.lucene.PointDocument.TAGS_TEXT;
import static routes.vectorindex.lucene.PointDocument.WORD;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostAttribute;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.DisjunctionMaxQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.FuzzyTermsEnum;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MultiPhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import routes.text.SearchWords;
import routes.text.SearchWords.Forms;
import routes.text.SearchWords.Word;
import routes.text.Spelling;
import routes.vectorindex.VectorIndex.SearchQuery;

/**
 * The words of a query as Lucene queries: {@link #matching} decides what is a hit, {@link #refining} improves the order of the best
 * hits. A word matches by its stem or base form, and by its first letters. If no post contains a word, the query looks for
 * what the reader probably meant: the same keys on the other layout, the same word in the other alphabet, a word of almost the
 * same letters, two joined words, or at last a word with the same root.
 *
 * <p>The weights are measured, see {@code SearchEvaluationTest} and decision 35.
 */
final class TextQuery {
    /** A tag names the subject of a post; a word of the text only occurs in it. */
    private static final float TAG_BOOST = 1;

    private static final float PREFIX_WEIGHT = 1;
    private static final float GRAM_WEIGHT = 0.3f;
    /** For a word that no post contains. */
    private static final float UNKNOWN_GRAM_WEIGHT = 1;

    /** Of a known word in the other alphabet: a post may have either. */
    private static final float OTHER_ALPHABET_WEIGHT = 0.6f;

    private static final float ROOT_WEIGHT = 0.3f;

    /** A word has up to 17 terms, and Lucene accepts 1024. */
    private static final int MAX_WORDS = 40;
    /** Unknown words that are replaced: looking for similar words takes milliseconds. */
    private static final int MAX_REPAIRS = 8;
    /** Words whose letters refine the order: 500 characters are about as many terms. */
    private static final int MAX_REFINING = 32;

    private static final int MAX_PAIRS = 16;
    /** Words between two that count as neighbours. */
    private static final int NEAR = 3;

    /** How much the base form adds to the stem, or the other way round, if both match. */
    private static final float BOTH = 0.3f;

    private static final int SHORTEST_SIMILAR = 4;
    private static final int LONGEST_ONE_ERROR = 8;
    /** Two errors are looked for in shorter words too if there is no word with one. */
    private static final int SHORTEST_TWO_ERRORS = 7;

    private static final int MAX_SIMILAR = 10;
    /** Spellings in the other alphabet that are looked up; each costs about 20 µs. */
    private static final int SPELLINGS_OF_KNOWN = 4;

    private static final int SPELLINGS_OF_UNKNOWN = 48;
    private static final int SHORTEST_FOREIGN = 3;
    /** The end of a Russian word in which its forms differ. */
    private static final Pattern ENDING = Pattern.compile("[аеиоуыэюяйьмхвг]{0,3}");

    private static final int MOST_CHARACTERISTIC = 15;
    /** Characteristic words that related posts have in common. */
    private static final int MIN_COMMON = 3;

    private final IndexSearcher searcher;
    private final IndexReader reader;
    private final SearchWords analysis;
    private final SearchQuery query;
    private final Query tenant;
    private final Query readable;

    private final Map<String, String> replaced = new LinkedHashMap<>();
    private final Set<String> done = new HashSet<>();
    private final Map<String, Boolean> known = new HashMap<>();
    private final List<Query> content = new ArrayList<>();
    private final List<Query> joined = new ArrayList<>();
    private final List<Query> connecting = new ArrayList<>();
    private final BooleanQuery.Builder letters = new BooleanQuery.Builder();
    private int refining;
    private int repairs;

    TextQuery(IndexSearcher searcher, SearchWords analysis, SearchQuery query) throws IOException {
        this.searcher = searcher;
        this.reader = searcher.getIndexReader();
        this.analysis = analysis;
        this.query = query;
        this.tenant = PointQueries.tenant(query.tenantId());
        this.readable = PointQueries.readable(query);
        read();
    }

    /** The words that distinguish a text from others: those that are frequent in it and rare elsewhere. */
    static Query characteristic(IndexSearcher searcher, SearchWords analysis, String text) throws IOException {
        Map<String, Integer> occurrences = new HashMap<>();
        for (Word word : analysis.of(text)) {
            if (!word.joined() && word.text().length() > 1 && !analysis.isStopWord(word.text())) {
                occurrences.merge(analysis.forms(word.text()).stem(), 1, Integer::sum);
            }
        }
        IndexReader reader = searcher.getIndexReader();
        Map<String, Double> weights = new HashMap<>();
        for (Map.Entry<String, Integer> stem : occurrences.entrySet()) {
            int posts = reader.docFreq(new Term(STEM, stem.getKey()));
            if (posts > 1) { // also in another post
                weights.put(
                        stem.getKey(),
                        (1 + Math.log(stem.getValue())) * Math.log(1.0 + reader.numDocs() / (double) posts));
            }
        }
        BooleanQuery.Builder any = new BooleanQuery.Builder();
        List<String> best = weights.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(MOST_CHARACTERISTIC)
                .map(Map.Entry::getKey)
                .toList();
        best.forEach(stem -> any.add(new TermQuery(new Term(STEM, stem)), Occur.SHOULD));
        return any.setMinimumNumberShouldMatch(Math.min(MIN_COMMON, best.size()))
                .build();
    }

    /** A query that nothing matches if the text has no word. */
    Query matching() {
        BooleanQuery.Builder matching = new BooleanQuery.Builder();
        content.forEach(clause -> matching.add(clause, Occur.SHOULD));
        joined.forEach(clause -> matching.add(clause, Occur.SHOULD));
        if (content.isEmpty()) {
            BooleanQuery.Builder all = new BooleanQuery.Builder();
            connecting.forEach(clause -> all.add(clause, Occur.MUST));
            matching.add(all.build(), Occur.SHOULD);
        }
        return matching.build();
    }

    /** Its scores are added to those of {@link #matching}: letters, stop words, and words near each other as in the query. */
    Query refining() {
        List<Word> words = analysis.of(query.text()).stream()
                .filter(word -> !word.joined())
                .toList();
        for (int i = 1; i < Math.min(words.size(), MAX_PAIRS); i++) {
            letters.add(
                    new MultiPhraseQuery.Builder()
                            .add(PointQueries.bases(analysis, words.get(i - 1).text()))
                            .add(PointQueries.bases(analysis, words.get(i).text()))
                            .setSlop(NEAR)
                            .build(),
                    Occur.SHOULD);
        }
        connecting.forEach(clause -> letters.add(clause, Occur.SHOULD));
        return letters.build();
    }

    /** Parts of the text as typed, and the words that were looked for instead. */
    Map<String, String> replaced() {
        return replaced;
    }

    private void read() throws IOException {
        String before = null;
        for (String typed : query.text().strip().split("[\\s\\p{Z}]+")) {
            List<Word> words = analysis.of(typed);
            if (done.size() >= MAX_WORDS) {
                return;
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

    private boolean mayRepair() {
        return !query.asTyped() && repairs < MAX_REPAIRS;
    }

    /** Whether posts have the two words as one: "wifi". */
    private boolean isJoined(String first, String second) throws IOException {
        String both = first + second;
        // "или" of "неили" would be taken for an ending
        return analysis.forms(both).stem().length() > first.length() && isKnown(both);
    }

    private boolean isAnyKnown(List<Word> words) throws IOException {
        for (Word word : words) {
            // a single letter among others is not a word
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
        content.add(weighted(new TermQuery(new Term(PREFIX, SearchWords.prefix(word))), PREFIX_WEIGHT));
        addLetters(word, isKnown ? GRAM_WEIGHT : UNKNOWN_GRAM_WEIGHT);
        if (isKnown && !query.asTyped()) {
            for (String other :
                    inOtherAlphabet(word, SPELLINGS_OF_KNOWN).stream().limit(1).toList()) {
                content.add(weighted(byForms(other), OTHER_ALPHABET_WEIGHT));
            }
        } else if (!isKnown && mayRepair()) {
            repairs++;
            if (!addSimilar(word, typed) && !addParts(word, typed)) {
                addRoots(word);
            }
        }
    }

    /** The other layout and the other alphabet; false if nothing there is known. */
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
            List<String> spellings = inOtherAlphabet(word.text(), SPELLINGS_OF_UNKNOWN);
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
        List<String> found = new ArrayList<>();
        if (word.length() >= SHORTEST_FOREIGN && word.chars().allMatch(Character::isLetter)) {
            for (String other : Spelling.inOtherAlphabet(word, most)) {
                if (!analysis.isStopWord(other) && isReadable(other)) {
                    found.add(other);
                }
            }
        }
        return found;
    }

    private record Similar(String word, int distance, int frequency) {}

    /** Words of almost the same letters, also in the other alphabet. */
    private boolean addSimilar(String word, String typed) throws IOException {
        if (word.length() < SHORTEST_SIMILAR || !word.chars().allMatch(Character::isLetter)) {
            return false;
        }
        List<Similar> similar = new ArrayList<>(similar(word, errors(word)));
        if (similar.isEmpty()) {
            for (String other : Spelling.inOtherAlphabet(word, 2)) {
                similar.addAll(similar(other, errors(other)));
            }
        }
        if (similar.isEmpty() && word.length() >= SHORTEST_TWO_ERRORS) {
            similar = similar(word, 2);
        }
        if (similar.isEmpty()) {
            return false;
        }
        Map<String, Float> weights = new LinkedHashMap<>();
        similar.forEach(one -> weights.merge(
                analysis.forms(one.word()).stem(), 1 - (float) one.distance() / word.length(), Math::max));
        List<Query> any = new ArrayList<>();
        weights.forEach((stem, weight) -> any.add(weighted(new TermQuery(new Term(STEM, stem)), weight)));
        content.add(new DisjunctionMaxQuery(any, 0));
        String best = similar.get(0).word();
        if (!areForms(word, best)) {
            replaced.put(typed, best);
        }
        return true;
    }

    /** Whether two Russian words differ only in their endings: a name that the dictionary does not contain, in two cases. */
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

    /** The nearest first, then the most frequent. */
    private List<Similar> similar(String word, int errors) throws IOException {
        Terms terms = MultiTerms.getTerms(reader, WORD);
        List<Similar> found = new ArrayList<>();
        if (terms == null) {
            return found;
        }
        FuzzyTermsEnum near = new FuzzyTermsEnum(terms, new Term(WORD, word), errors, 0, true);
        for (BytesRef term = near.next(); term != null; term = near.next()) {
            String other = term.utf8ToString();
            // the boost of the enumeration is 1 - distance / the shorter length
            float boost = near.attributes().getAttribute(BoostAttribute.class).getBoost();
            int distance = Math.round((1 - boost) * Math.min(word.length(), other.length()));
            found.add(new Similar(other, distance, near.docFreq()));
        }
        found.sort(Comparator.comparingInt(Similar::distance)
                .thenComparing(Similar::frequency, Comparator.reverseOrder())
                .thenComparing(Similar::word));
        List<Similar> readableOnes = new ArrayList<>();
        for (Similar one : found.subList(0, Math.min(found.size(), 3 * MAX_SIMILAR))) {
            if (readableOnes.size() < MAX_SIMILAR && exists(new TermQuery(new Term(WORD, one.word())), readable)) {
                readableOnes.add(one);
            }
        }
        return readableOnes;
    }

    /** Two known words that were written as one. */
    private boolean addParts(String word, String typed) throws IOException {
        for (int i = word.length() - 3; i >= 3; i--) {
            String first = word.substring(0, i);
            String second = word.substring(i);
            if (isReadable(first) && isReadable(second)) {
                add(first, typed);
                add(second, typed);
                replaced.put(typed, first + " " + second);
                return true;
            }
        }
        return false;
    }

    /** What remains: words with the same root, as "забастовка" for "бастуют". */
    private void addRoots(String word) throws IOException {
        if (hasPrefix(word)) {
            return;
        }
        for (String root : analysis.forms(word).roots()) {
            content.add(weighted(new TermQuery(new Term(ROOT, root)), ROOT_WEIGHT));
        }
    }

    private boolean hasPrefix(String word) throws IOException {
        return exists(new TermQuery(new Term(PREFIX, SearchWords.prefix(word))), readable);
    }

    private void addLetters(String word, float weight) {
        if (refining++ < MAX_REFINING) {
            new LinkedHashSet<>(SearchWords.grams(word))
                    .forEach(gram -> letters.add(weighted(new TermQuery(new Term(GRAM, gram)), weight), Occur.SHOULD));
        }
    }

    /** By stem or base form, in the text and in the tags. */
    private Query byForms(String word) {
        Forms forms = analysis.forms(word);
        List<Query> any = new ArrayList<>(List.of(new TermQuery(new Term(STEM, forms.stem()))));
        forms.lemmas().forEach(lemma -> any.add(new TermQuery(new Term(LEMMA, lemma))));
        List<Query> tags = new ArrayList<>();
        analysis.keys(word).forEach(key -> tags.add(new TermQuery(new Term(TAGS_TEXT, key))));
        return new BooleanQuery.Builder()
                .add(new DisjunctionMaxQuery(any, BOTH), Occur.SHOULD)
                .add(weighted(new DisjunctionMaxQuery(tags, 0), TAG_BOOST), Occur.SHOULD)
                .build();
    }

    private static Query weighted(Query query, float weight) {
        return weight == 1 ? query : new BoostQuery(query, weight);
    }

    /** Whether a post of the tenant contains the word in any form. */
    private boolean isKnown(String word) throws IOException {
        Boolean is = known.get(word);
        if (is == null) {
            is = exists(word, tenant);
            known.put(word, is);
        }
        return is;
    }

    private boolean isReadable(String word) throws IOException {
        return exists(word, readable);
    }

    private boolean exists(String word, Query within) throws IOException {
        Forms forms = analysis.forms(word);
        List<Term> terms = new ArrayList<>(List.of(new Term(STEM, forms.stem())));
        forms.lemmas().forEach(lemma -> terms.add(new Term(LEMMA, lemma)));
        analysis.keys(word).forEach(key -> terms.add(new Term(TAGS_TEXT, key)));
        for (Term term : terms) {
            if (reader.docFreq(term) > 0 && exists(new TermQuery(term), within)) {
                return true;
            }
        }
        return false;
    }

    private boolean exists(Query posts, Query within) throws IOException {
        Query both = searcher.rewrite(new BooleanQuery.Builder()
                .add(posts, Occur.FILTER)
                .add(within, Occur.FILTER)
                .build());
        Weight weight = searcher.createWeight(both, ScoreMode.COMPLETE_NO_SCORES, 1);
        for (LeafReaderContext leaf : searcher.getLeafContexts()) {
            Scorer scorer = weight.scorer(leaf);
            if (scorer == null) {
                continue;
            }
            Bits live = leaf.reader().getLiveDocs();
            DocIdSetIterator docs = scorer.iterator();
            for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
                if (live == null || live.get(doc)) {
                    return true;
                }
            }
        }
        return false;
    }
}
