package routes.text;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.WordlistLoader;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.KeywordMarkerFilter;
import org.apache.lucene.analysis.miscellaneous.LengthFilter;
import org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter;
import org.apache.lucene.analysis.miscellaneous.WordDelimiterIterator;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionLengthAttribute;
import org.apache.lucene.analysis.tokenattributes.TypeAttribute;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.IOUtils;
import org.springframework.stereotype.Component;
import org.tartarus.snowball.SnowballStemmer;
import org.tartarus.snowball.ext.EnglishStemmer;
import org.tartarus.snowball.ext.RussianStemmer;

/**
 * The words of posts and queries, and the forms by which each word is compared. The index and queries use this analysis, so that a
 * word is found regardless of its spelling: see {@link SearchReader} for symbols; look-alike letters of another alphabet are
 * replaced; "Ту-154", "s25", "snake_case" and "JavaScript" are words as a whole and in parts; an emoji is a word. Stop words are
 * kept. Thread-safe.
 */
@Component
public final class SearchWords {
    /** Longer words are keys and codes, which are not searched for. */
    private static final int LONGEST = 50;

    private static final int PREFIX = 5;
    private static final int GRAM = 4;
    private static final int MOST_LEMMAS = 3;
    /** An entry takes about 300 bytes. 23,000 posts of 59 words have 131,000 distinct words; see docs/performance.md. */
    private static final int CACHED_WORDS = 100_000;

    private static final int SHORTEST_ROOT_WORD = 5;
    private static final List<String> PREFIXES = List.of(
            "бес", "без", "воз", "вос", "вы", "до", "за", "из", "ис", "на", "над", "недо", "об", "от", "пере", "по",
            "под", "пред", "при", "про", "раз", "рас");

    private final Analyzer analyzer = new WordAnalyzer();
    private final CharArraySet stopWords = stopWords();
    private final Cache<String, Forms> forms =
            Caffeine.newBuilder().maximumSize(CACHED_WORDS).build();

    /**
     * A word in its comparable form: lower case, ё as е, without accents.
     *
     * @param start offset of its first character in the text, in UTF-16 units
     * @param end offset after its last character
     * @param position position of the word in the text; a joined word has the position of its first part
     * @param joined whether the parts of the word follow as separate words: "wifi" of "Wi-Fi"
     */
    public record Word(String text, int start, int end, int position, boolean joined) {}

    /**
     * The forms by which a word is compared.
     *
     * @param stem Snowball stem
     * @param lemmas base forms in the dictionary, at most {@value #MOST_LEMMAS}; empty for an unknown word
     * @param roots the first {@value #GRAM} letters, with and without a Russian prefix: "баст" of "забастовка"; empty for short
     *     words
     */
    public record Forms(String stem, List<String> lemmas, List<String> roots) {
        /** Returns the lemmas, or the stem of an unknown word. */
        public List<String> bases() {
            return lemmas.isEmpty() ? List.of(stem) : lemmas;
        }
    }

    /** Russian and English function words, in their comparable form. */
    private static CharArraySet stopWords() {
        CharArraySet words = new CharArraySet(600, false);
        Map<String, Class<?>> files = Map.of(
                "russian_stop.txt", SnowballFilter.class,
                "english_stop.txt", SnowballFilter.class,
                "stop-words.txt", SearchWords.class);
        files.forEach((file, owner) -> {
            try (InputStream list = IOUtils.requireResourceNonNull(owner.getResourceAsStream(file), file)) {
                for (Object word :
                        WordlistLoader.getSnowballWordSet(new InputStreamReader(list, StandardCharsets.UTF_8))) {
                    words.add(NormalizedText.of(new String((char[]) word)));
                }
            } catch (IOException e) {
                throw new UncheckedIOException("The list of stop words " + file + " cannot be read", e);
            }
        });
        return CharArraySet.unmodifiableSet(words);
    }

    /** Returns the words in text order, including duplicates. */
    public List<Word> of(String text) {
        List<Word> found = new ArrayList<>();
        try (TokenStream words = analyzer.tokenStream("text", text)) {
            CharTermAttribute term = words.addAttribute(CharTermAttribute.class);
            OffsetAttribute offset = words.addAttribute(OffsetAttribute.class);
            PositionIncrementAttribute step = words.addAttribute(PositionIncrementAttribute.class);
            PositionLengthAttribute length = words.addAttribute(PositionLengthAttribute.class);
            words.reset();
            int position = -1;
            while (words.incrementToken()) {
                position += step.getPositionIncrement();
                found.add(new Word(
                        term.toString(),
                        offset.startOffset(),
                        offset.endOffset(),
                        position,
                        length.getPositionLength() > 1));
            }
            words.end();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read a text", e);
        }
        return found;
    }

    public Forms forms(String word) {
        return forms.get(word, SearchWords::analyzed);
    }

    private static Forms analyzed(String word) {
        boolean cyrillic = Morphology.isCyrillic(word);
        SnowballStemmer stemmer = cyrillic ? new RussianStemmer() : new EnglishStemmer();
        stemmer.setCurrent(word);
        stemmer.stem();
        List<String> lemmas = Character.isDigit(word.charAt(0))
                ? List.of()
                : Morphology.get().readings(word).stream()
                        .map(Morphology.Reading::lemma)
                        .distinct()
                        .limit(MOST_LEMMAS)
                        .toList();
        return new Forms(stemmer.getCurrent(), lemmas, cyrillic ? roots(word) : List.of());
    }

    private static List<String> roots(String word) {
        if (word.length() < SHORTEST_ROOT_WORD) {
            return List.of();
        }
        Set<String> roots = new LinkedHashSet<>(List.of(word.substring(0, GRAM)));
        for (String prefix : PREFIXES) {
            if (word.startsWith(prefix) && word.length() - prefix.length() >= SHORTEST_ROOT_WORD) {
                roots.add(word.substring(prefix.length(), prefix.length() + GRAM));
            }
        }
        return List.copyOf(roots);
    }

    /** Returns the first {@value #PREFIX} characters. */
    public static String prefix(String word) {
        return word.length() <= PREFIX ? word : word.substring(0, PREFIX);
    }

    /** Returns all sequences of {@value #GRAM} characters of {@code _word_}; a shorter word as a whole. */
    public static List<String> grams(String word) {
        String bounded = "_" + word + "_";
        List<String> grams = new ArrayList<>(word.length());
        for (int i = 0; i == 0 || i + GRAM <= bounded.length(); i++) {
            grams.add(bounded.substring(i, Math.min(bounded.length(), i + GRAM)));
        }
        return grams;
    }

    /** Whether the word is a function word. */
    public boolean isStopWord(String word) {
        return stopWords.contains(word);
    }

    /** Returns all keys by which two words are equal for a reader: stems and base forms. */
    public Set<String> keys(String word) {
        Forms known = forms(word);
        Set<String> keys = new HashSet<>(known.lemmas());
        keys.add(known.stem());
        return keys;
    }

    private static final class WordAnalyzer extends Analyzer {
        private static final String EMOJI = StandardTokenizer.TOKEN_TYPES[StandardTokenizer.EMOJI];
        private static final int PARTS = WordDelimiterGraphFilter.GENERATE_WORD_PARTS
                | WordDelimiterGraphFilter.GENERATE_NUMBER_PARTS
                | WordDelimiterGraphFilter.CATENATE_ALL
                | WordDelimiterGraphFilter.SPLIT_ON_CASE_CHANGE
                | WordDelimiterGraphFilter.SPLIT_ON_NUMERICS
                | WordDelimiterGraphFilter.STEM_ENGLISH_POSSESSIVE
                | WordDelimiterGraphFilter.IGNORE_KEYWORDS;

        @Override
        protected Reader initReader(String field, Reader reader) {
            return SearchReader.forSearch(reader);
        }

        @Override
        protected TokenStreamComponents createComponents(String field) {
            StandardTokenizer source = new StandardTokenizer();
            TokenStream words = new LookAlikeFilter(source);
            // the word-part filter would drop an emoji
            words = new KeywordMarkerFilter(words) {
                private final TypeAttribute type = addAttribute(TypeAttribute.class);

                @Override
                protected boolean isKeyword() {
                    return EMOJI.equals(type.type());
                }
            };
            words = new WordDelimiterGraphFilter(
                    words, true, WordDelimiterIterator.DEFAULT_WORD_DELIM_TABLE, PARTS, null);
            words = new LowerCaseFilter(words);
            words = new AccentFilter(words);
            words = new LengthFilter(words, 1, LONGEST);
            return new TokenStreamComponents(source, words);
        }
    }

    /** Converts each word that mixes both alphabets to one of them, if the letters of the other one are only look-alikes. */
    static final class LookAlikeFilter extends TokenFilter {
        private final CharTermAttribute term = addAttribute(CharTermAttribute.class);

        LookAlikeFilter(TokenStream input) {
            super(input);
        }

        @Override
        public boolean incrementToken() throws IOException {
            if (!input.incrementToken()) {
                return false;
            }
            LookAlikes.unify(term.buffer(), term.length());
            return true;
        }
    }

    /**
     * Removes accents from letters. Lucene's filter looks up each Cyrillic letter, none of which changes; this took 4 % of the time
     * of the stages.
     */
    static final class AccentFilter extends TokenFilter {
        private static final int MOST_LETTERS_FOR_ONE = 4;

        private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
        private char[] folded = new char[MOST_LETTERS_FOR_ONE * LONGEST];

        AccentFilter(TokenStream input) {
            super(input);
        }

        @Override
        public boolean incrementToken() throws IOException {
            if (!input.incrementToken()) {
                return false;
            }
            int length = term.length();
            if (mayChange(term.buffer(), length)) {
                folded = ArrayUtil.grow(folded, MOST_LETTERS_FOR_ONE * length);
                term.copyBuffer(folded, 0, ASCIIFoldingFilter.foldToASCII(term.buffer(), 0, folded, 0, length));
            }
            return true;
        }

        private static boolean mayChange(char[] word, int length) {
            for (int i = 0; i < length; i++) {
                if (word[i] >= 0x80 && (word[i] < 0x400 || word[i] > 0x52F)) {
                    return true;
                }
            }
            return false;
        }
    }
}
