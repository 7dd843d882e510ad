package routes.operations.alerts;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Reads an expression by descent; what it does not know is an error, never passed over. */
final class Parser {
    private static final Set<String> RESERVED = Set.of(
            "and",
            "or",
            "unless",
            "by",
            "without",
            "on",
            "ignoring",
            "group_left",
            "group_right",
            "bool",
            "offset",
            "atan2");
    private static final Set<String> MATCHERS = Set.of("=", "!=", "=~", "!~");
    private static final int COMPARISON = 1;
    private static final int CLOSEST = 3;
    private static final Pattern DURATION_PART = Pattern.compile("(\\d+)(ms|[smhdwy])");

    private final String expression;
    private final List<Token> tokens;
    private int next;

    private Parser(String expression) {
        this.expression = expression;
        tokens = new Lexer(expression).tokens();
    }

    static Expression parse(String expression) {
        Parser parser = new Parser(expression);
        Expression parsed = parser.or();
        Token rest = parser.peek();
        if (rest.kind() != Token.Kind.END) {
            throw parser.error(rest, "nothing may follow here, but " + rest + " does");
        }
        return parsed;
    }

    private Expression or() {
        Expression left = and();
        while (peek().is("or")) {
            Token operator = take();
            left = setOperation(operator, left, matching().orElse(Matching.ALL), and());
        }
        return left;
    }

    private Expression and() {
        Expression left = operation(COMPARISON);
        while (peek().is("and") || peek().is("unless")) {
            Token operator = take();
            left = setOperation(operator, left, matching().orElse(Matching.ALL), operation(COMPARISON));
        }
        return left;
    }

    private Expression setOperation(Token operator, Expression left, Matching matching, Expression right) {
        if (left.isScalar() || right.isScalar()) {
            throw error(operator, operator + " is between vectors");
        }
        return new SetOperation(operator.text(), matching, left, right);
    }

    private Expression operation(int precedence) {
        if (precedence > CLOSEST) {
            return primary();
        }
        Expression left = operation(precedence + 1);
        Optional<Operator> operator = operator(precedence);
        while (operator.isPresent()) {
            Token token = take();
            Optional<Matching> matching = matching();
            Expression right = operation(precedence + 1);
            boolean vectors = !left.isScalar() && !right.isScalar();
            if (matching.isPresent() && !vectors) {
                throw error(token, "labels match only between vectors");
            }
            if (operator.get().isComparison() && left.isScalar() && right.isScalar()) {
                throw error(token, "two numbers are compared");
            }
            left = new Operation(operator.get(), matching.orElse(Matching.ALL), left, right);
            operator = operator(precedence);
        }
        return left;
    }

    private Optional<Operator> operator(int precedence) {
        return Operator.of(peek()).filter(one -> one.precedence() == precedence);
    }

    private Optional<Matching> matching() {
        if (peek().is("on") || peek().is("ignoring")) {
            boolean on = take().is("on");
            return Optional.of(new Matching(on, labels()));
        }
        return Optional.empty();
    }

    private Expression primary() {
        Token token = take();
        if (token.is("(")) {
            Expression inner = or();
            expect(")");
            return inner;
        }
        if (token.kind() == Token.Kind.NUMBER) {
            return new Expression.Literal(Double.parseDouble(token.text()));
        }
        if (token.kind() != Token.Kind.NAME || RESERVED.contains(token.text())) {
            throw error(token, "an expression cannot begin with " + token);
        }
        if (Aggregation.OPERATORS.contains(token.text()) && (peek().is("(") || peek().is("by"))) {
            return aggregation(token);
        }
        return peek().is("(") ? function(token) : selector(token);
    }

    private Expression function(Token name) {
        expect("(");
        switch (name.text()) {
            case "time" -> {
                expect(")");
                return new Expression.Time();
            }
            case "rate", "increase" -> {
                Token metric = take(Token.Kind.NAME);
                Selector selector = selector(metric);
                expect("[");
                Duration range = durationOf(take(Token.Kind.DURATION).text());
                expect("]");
                expect(")");
                return new Increase(selector, range, name.is("rate"));
            }
            default -> throw error(name, "the function " + name + " is not known");
        }
    }

    private Expression aggregation(Token operator) {
        Optional<List<String>> before = by();
        expect("(");
        Expression of = or();
        Token close = expect(")");
        Optional<List<String>> after = by();
        if (of.isScalar()) {
            throw error(operator, operator + " is of a vector");
        }
        if (before.isPresent() && after.isPresent()) {
            throw error(close, "by is there twice");
        }
        return new Aggregation(operator.text(), before.or(() -> after).orElse(List.of()), of);
    }

    private Optional<List<String>> by() {
        if (peek().is("by")) {
            take();
            return Optional.of(labels());
        }
        return Optional.empty();
    }

    private List<String> labels() {
        List<String> labels = new ArrayList<>();
        expect("(");
        while (!peek().is(")")) {
            if (!labels.isEmpty()) {
                expect(",");
            }
            labels.add(take(Token.Kind.NAME).text());
        }
        take();
        return labels;
    }

    private Selector selector(Token name) {
        List<Selector.Matcher> matchers = new ArrayList<>();
        matchers.add(new Selector.Matcher(Labels.NAME, "=", name.text()));
        if (peek().is("{")) {
            take();
            while (!peek().is("}")) {
                if (matchers.size() > 1) {
                    expect(",");
                }
                matchers.add(matcher());
            }
            take();
        }
        return new Selector(matchers);
    }

    private Selector.Matcher matcher() {
        Token label = take(Token.Kind.NAME);
        Token operator = take();
        if (operator.kind() != Token.Kind.SYMBOL || !MATCHERS.contains(operator.text())) {
            throw error(operator, "a label is matched with one of " + MATCHERS + ", not " + operator);
        }
        Token value = take(Token.Kind.TEXT);
        if (operator.text().endsWith("~")) {
            checkPattern(value);
        }
        return new Selector.Matcher(label.text(), operator.text(), value.text());
    }

    private void checkPattern(Token value) {
        try {
            Pattern.compile(value.text());
        } catch (PatternSyntaxException e) {
            throw error(value, e.getDescription());
        }
    }

    /** Such as 1h30m; a day has 24 hours, a year 365 days. */
    static Duration durationOf(String text) {
        Duration sum = Duration.ZERO;
        Matcher part = DURATION_PART.matcher(text);
        int end = 0;
        while (part.find() && part.start() == end) {
            sum = sum.plus(unit(part.group(2)).multipliedBy(Long.parseLong(part.group(1))));
            end = part.end();
        }
        if (end == 0 || end < text.length()) {
            throw new IllegalArgumentException("No duration: " + text);
        }
        return sum;
    }

    private static Duration unit(String name) {
        return switch (name) {
            case "ms" -> Duration.ofMillis(1);
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            case "h" -> Duration.ofHours(1);
            case "d" -> Duration.ofDays(1);
            case "w" -> Duration.ofDays(7);
            default -> Duration.ofDays(365);
        };
    }

    private Token peek() {
        return tokens.get(next);
    }

    /** Does not go past the end. */
    private Token take() {
        Token token = tokens.get(next);
        next = Math.min(next + 1, tokens.size() - 1);
        return token;
    }

    private Token take(Token.Kind kind) {
        Token token = take();
        if (token.kind() != kind) {
            throw error(token, "a " + kind.name().toLowerCase(Locale.ROOT) + " is to be here, not " + token);
        }
        return token;
    }

    private Token expect(String symbol) {
        Token token = take();
        if (!token.is(symbol)) {
            throw error(token, "'" + symbol + "' is to be here, not " + token);
        }
        return token;
    }

    private PromQlException error(Token at, String problem) {
        return new PromQlException(expression, at.position(), problem);
    }
}
