package routes.text;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.email.UAX29URLEmailTokenizer;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;
import org.apache.lucene.analysis.tokenattributes.TypeAttribute;
import org.springframework.stereotype.Component;

/**
 * Tokens of running text with their positions and kinds. Symbols, letters, stems and stop words are handled as in
 * {@link SearchWords}, but each word occurs once. A URL is one token, its host; "Node.js" is one word; the parts of "GPT-4" and
 * "snake_case" are separate words. Thread-safe.
 */
@Component
public final class TextAnalysis {
    /**
     * Maximum length of a token, in characters. Longer URLs than servers accept (8000 octets, RFC 9110) are truncated; each thread
     * keeps a buffer of this size.
     */
    private static final int MAX_TOKEN_LENGTH = 8192;

    private static final String[] TYPES = UAX29URLEmailTokenizer.TOKEN_TYPES;
    private static final Map<String, Token.Kind> KINDS = Map.of(
            TYPES[UAX29URLEmailTokenizer.URL], Token.Kind.URL,
            TYPES[UAX29URLEmailTokenizer.EMAIL], Token.Kind.EMAIL,
            TYPES[UAX29URLEmailTokenizer.EMOJI], Token.Kind.EMOJI,
            TYPES[UAX29URLEmailTokenizer.NUM], Token.Kind.NUMBER);

    private final Analyzer words = new RunningText();
    private final SearchWords search;

    public TextAnalysis(SearchWords search) {
        this.search = search;
    }

    /** Returns all tokens in text order, including stop words. */
    public List<Token> tokens(String text) {
        List<Token> tokens = new ArrayList<>();
        try (TokenStream stream = words.tokenStream("text", text)) {
            CharTermAttribute term = stream.addAttribute(CharTermAttribute.class);
            OffsetAttribute offset = stream.addAttribute(OffsetAttribute.class);
            TypeAttribute type = stream.addAttribute(TypeAttribute.class);
            stream.reset();
            while (stream.incrementToken()) {
                int start = offset.startOffset();
                int end = offset.endOffset();
                String word = term.toString();
                Token.Kind kind = kind(text, start, type.type());
                boolean isWord = kind != Token.Kind.URL && kind != Token.Kind.EMAIL;
                tokens.add(new Token(
                        start,
                        end,
                        isWord ? search.forms(word).stem() : word,
                        kind,
                        // "let's" is a stop word, "let" is not
                        search.isStopWord(word)
                                || search.isStopWord(NormalizedText.of(
                                        text.substring(start, end).replace('’', '\'')))));
            }
            stream.end();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read a text", e);
        }
        return tokens;
    }

    /** Returns the stems of words with meaning, in text order, including duplicates. */
    public List<String> stems(String text) {
        return tokens(text).stream().filter(Token::isContent).map(Token::stem).toList();
    }

    private static Token.Kind kind(String text, int start, String type) {
        Token.Kind kind = KINDS.getOrDefault(type, Token.Kind.WORD);
        return kind != Token.Kind.WORD && kind != Token.Kind.NUMBER
                ? kind
                : switch (signOfName(text, start)) {
                    case '@' -> Token.Kind.MENTION;
                    case '#' -> Token.Kind.HASHTAG;
                    default -> kind;
                };
    }

    /** Returns the symbol before the name that contains the token: {@code big} and {@code data} both belong to {@code #big_data}. */
    private static char signOfName(String text, int start) {
        int i = start - 1;
        while (i >= 0 && (text.charAt(i) == '_' || Character.isLetterOrDigit(text.charAt(i)))) {
            i--;
        }
        return i < 0 ? ' ' : text.charAt(i);
    }

    private static final class RunningText extends Analyzer {
        @Override
        protected Reader initReader(String field, Reader reader) {
            return SearchReader.forRunningText(reader);
        }

        @Override
        protected TokenStreamComponents createComponents(String field) {
            UAX29URLEmailTokenizer source = new UAX29URLEmailTokenizer();
            source.setMaxTokenLength(MAX_TOKEN_LENGTH);
            TokenStream words = new UrlHostFilter(source);
            words = new EnglishPossessiveFilter(words);
            words = new SearchWords.LookAlikeFilter(words);
            words = new LowerCaseFilter(words);
            words = new SearchWords.AccentFilter(words);
            return new TokenStreamComponents(source, words);
        }
    }

    /** Reduces a URL to its host. Paths and tracking parameters are not words, but the site is searchable. */
    private static final class UrlHostFilter extends TokenFilter {
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
            if (TYPES[UAX29URLEmailTokenizer.URL].equals(type.type())) {
                Matcher host = HOST.matcher(term.toString());
                if (host.find()) {
                    term.setEmpty().append(host.group(1));
                }
            }
            return true;
        }
    }
}
