package routes.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.email.UAX29URLEmailTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;
import org.apache.lucene.analysis.tokenattributes.TypeAttribute;
import org.springframework.stereotype.Component;

/** Tokenizes a text like the full-text index, and keeps offsets and kinds of words. Thread-safe. */
@Component
public final class TextAnalysis {
    private static final String[] TYPES = UAX29URLEmailTokenizer.TOKEN_TYPES;
    private static final Map<String, Token.Kind> KINDS = Map.of(
            TYPES[UAX29URLEmailTokenizer.URL], Token.Kind.URL,
            TYPES[UAX29URLEmailTokenizer.EMAIL], Token.Kind.EMAIL,
            TYPES[UAX29URLEmailTokenizer.EMOJI], Token.Kind.EMOJI,
            TYPES[UAX29URLEmailTokenizer.NUM], Token.Kind.NUMBER);

    private final Analyzer words = PostAnalyzer.keepingStopWords();
    private final CharArraySet stopWords = PostAnalyzer.stopWords();

    /** All tokens in text order, including stop words. */
    public List<Token> tokens(String text) {
        List<Token> tokens = new ArrayList<>();
        try (TokenStream stream = words.tokenStream("text", text)) {
            CharTermAttribute stem = stream.addAttribute(CharTermAttribute.class);
            OffsetAttribute offset = stream.addAttribute(OffsetAttribute.class);
            TypeAttribute type = stream.addAttribute(TypeAttribute.class);
            stream.reset();
            while (stream.incrementToken()) {
                int start = offset.startOffset();
                int end = offset.endOffset();
                tokens.add(new Token(
                        start,
                        end,
                        stem.toString(),
                        kind(text, start, type.type()),
                        stopWords.contains(
                                NormalizedText.of(text.substring(start, end).replace('’', '\'')))));
            }
            stream.end();
        } catch (IOException e) {
            throw new UncheckedIOException("A text in memory cannot be read", e);
        }
        return tokens;
    }

    /** Stems of the words that carry meaning, in text order, including duplicates. */
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

    /** The sign before the name that contains the token: {@code big} and {@code data} both belong to {@code #big_data}. */
    private static char signOfName(String text, int start) {
        int i = start - 1;
        while (i >= 0 && (text.charAt(i) == '_' || Character.isLetterOrDigit(text.charAt(i)))) {
            i--;
        }
        return i < 0 ? ' ' : text.charAt(i);
    }
}
