package routes.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.StopFilter;
import org.apache.lucene.analysis.TokenFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.WordlistLoader;
import org.apache.lucene.analysis.email.UAX29URLEmailTokenizer;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceCharFilter;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.TypeAttribute;
import org.apache.lucene.util.IOUtils;
import org.tartarus.snowball.ext.EnglishStemmer;
import org.tartarus.snowball.ext.RussianStemmer;

/**
 * Words of a mixed Russian and English post: lower case, ё = е, stemmed by Snowball, without stop words of both languages.
 *
 * <p>A URL becomes its host, a mention or hashtag its name, an emoji stays one token; "C++", "C#" and ".NET" become words;
 * "Node.js" is one word; the parts of "GPT-4" and "snake_case" are words of their own.
 */
public final class PostAnalyzer extends Analyzer {
    private static final Pattern C_PLUS_PLUS = Pattern.compile("(?<![\\p{L}\\p{N}])[CcСс]\\+\\+");
    private static final Pattern C_SHARP = Pattern.compile("(?<![\\p{L}\\p{N}#@])[CcСс]#(?![\\p{L}\\p{N}])");
    private static final Pattern DOT_NET = Pattern.compile("(?<![\\p{L}\\p{N}])\\.(?=NET(?![\\p{L}\\p{N}]))");
    /** In characters. Longer URLs than servers accept (8000 octets, RFC 9110) are cut; each thread keeps a buffer of this size. */
    private static final int MAX_TOKEN_LENGTH = 8192;

    private final CharArraySet stopWords;

    /** For indexing and searching: removes stop words. */
    public PostAnalyzer() {
        this(stopWords());
    }

    private PostAnalyzer(CharArraySet stopWords) {
        this.stopWords = stopWords;
    }

    /** The same analysis with stop words, for readers of running text. */
    static PostAnalyzer keepingStopWords() {
        return new PostAnalyzer(CharArraySet.EMPTY_SET);
    }

    /** Russian and English words that carry no meaning, in the analyser's spelling. */
    static CharArraySet stopWords() {
        CharArraySet words = new CharArraySet(600, false);
        Map<String, Class<?>> files = Map.of(
                "russian_stop.txt", SnowballFilter.class,
                "english_stop.txt", SnowballFilter.class,
                "stop-words.txt", PostAnalyzer.class);
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

    @Override
    protected TokenStreamComponents createComponents(String field) {
        UAX29URLEmailTokenizer source = new UAX29URLEmailTokenizer();
        source.setMaxTokenLength(MAX_TOKEN_LENGTH);
        TokenStream words = new UrlHostFilter(source);
        words = new EnglishPossessiveFilter(words);
        words = new LowerCaseFilter(words);
        words = new StopFilter(words, stopWords);
        words = new SnowballFilter(words, new RussianStemmer());
        words = new SnowballFilter(words, new EnglishStemmer());
        return new TokenStreamComponents(source, words);
    }

    /** Few texts contain a character that needs one of Lucene's char filters, and these filters cost as much as everything else. */
    @Override
    protected Reader initReader(String field, Reader reader) {
        String text = plain(reader);
        Reader named = new StringReader(text);
        if (text.contains("++")) {
            named = new PatternReplaceCharFilter(C_PLUS_PLUS, "cplusplus", named);
        }
        if (text.indexOf('#') >= 0) {
            named = new PatternReplaceCharFilter(C_SHARP, "csharp", named);
        }
        if (text.contains(".NET")) {
            named = new PatternReplaceCharFilter(DOT_NET, "dot", named);
        }
        return named;
    }

    /** The whole text, mapped one character to one character. */
    private static String plain(Reader reader) {
        StringWriter text = new StringWriter();
        try {
            reader.transferTo(text);
        } catch (IOException e) {
            throw new UncheckedIOException("A text in memory cannot be read", e);
        }
        return text.toString()
                .replace('ё', 'е')
                .replace('Ё', 'Е')
                .replace('’', '\'')
                .replace('_', '-');
    }

    /** Reduces a URL to its host: paths and tracking parameters are not words, but the site is worth finding. */
    private static final class UrlHostFilter extends TokenFilter {
        private static final String URL = UAX29URLEmailTokenizer.TOKEN_TYPES[UAX29URLEmailTokenizer.URL];
        private static final Pattern HOST = Pattern.compile("^(?:.*?://)?(?:(?i)www\\.)?([^/?#:]*)");

        private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
        private final TypeAttribute type = addAttribute(TypeAttribute.class);

        UrlHostFilter(TokenStream input) {
            super(input);
        }

        @Override
        public boolean incrementToken() throws IOException {
            if (!input.incrementToken()) {
                return false;
            }
            if (URL.equals(type.type())) {
                Matcher host = HOST.matcher(term.toString());
                if (host.find()) {
                    term.setEmpty().append(host.group(1));
                }
            }
            return true;
        }
    }
}
