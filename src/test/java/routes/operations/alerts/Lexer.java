package routes.operations.alerts;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts an expression into tokens. */
final class Lexer {
    private static final Pattern BLANK = Pattern.compile("\\s+");
    /** Kinds in the order in which they are tried: a duration begins with a number. */
    private static final List<Rule> RULES = List.of(
            new Rule(Token.Kind.DURATION, "(?:\\d+(?:ms|[smhdwy]))+(?!\\w)"),
            new Rule(Token.Kind.NUMBER, "\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?(?![\\w.])"),
            new Rule(Token.Kind.NAME, "[a-zA-Z_:][\\w:]*"),
            new Rule(Token.Kind.TEXT, "\"(?:[^\"\\\\\n]|\\\\.)*\"|'(?:[^'\\\\\n]|\\\\.)*'"),
            new Rule(Token.Kind.SYMBOL, "=~|!~|!=|==|<=|>=|[-+*/%<>=(){}\\[\\],]"));

    private record Rule(Token.Kind kind, Pattern pattern) {
        Rule(Token.Kind kind, String pattern) {
            this(kind, Pattern.compile(pattern));
        }
    }

    private final String expression;

    Lexer(String expression) {
        this.expression = expression;
    }

    /** The last one is the end. */
    List<Token> tokens() {
        List<Token> tokens = new ArrayList<>();
        int position = skipBlanks(0);
        while (position < expression.length()) {
            Token token = token(position);
            tokens.add(token);
            int quotes = token.kind() == Token.Kind.TEXT ? 2 : 0;
            position = skipBlanks(position + token.text().length() + quotes);
        }
        tokens.add(new Token(Token.Kind.END, "", expression.length()));
        return tokens;
    }

    private Token token(int position) {
        for (Rule rule : RULES) {
            Matcher matcher = rule.pattern().matcher(expression).region(position, expression.length());
            matcher.useTransparentBounds(true);
            if (matcher.lookingAt()) {
                String text = matcher.group();
                return rule.kind() == Token.Kind.TEXT ? quoted(text, position) : new Token(rule.kind(), text, position);
            }
        }
        throw new PromQlException(expression, position, "'" + expression.charAt(position) + "' is not known here");
    }

    private Token quoted(String text, int position) {
        if (text.contains("\\")) {
            throw new PromQlException(expression, position, "escapes are not known");
        }
        return new Token(Token.Kind.TEXT, text.substring(1, text.length() - 1), position);
    }

    private int skipBlanks(int position) {
        Matcher blank = BLANK.matcher(expression).region(position, expression.length());
        return blank.lookingAt() ? blank.end() : position;
    }
}
