package routes.operations.alerts;

import java.util.Arrays;
import java.util.Optional;

/** What stands between two numbers. */
enum Operator {
    ADD("+"),
    SUBTRACT("-"),
    MULTIPLY("*"),
    DIVIDE("/"),
    MODULO("%"),
    EQUAL("=="),
    NOT_EQUAL("!="),
    LESS("<"),
    LESS_OR_EQUAL("<="),
    GREATER(">"),
    GREATER_OR_EQUAL(">=");

    private final String symbol;

    Operator(String symbol) {
        this.symbol = symbol;
    }

    static Optional<Operator> of(Token token) {
        return Arrays.stream(values()).filter(one -> token.is(one.symbol)).findFirst();
    }

    /** A comparison filters, the others calculate. */
    boolean isComparison() {
        return precedence() == 1;
    }

    /** Higher binds closer; {@code and}, {@code unless} and {@code or} bind less than any. */
    int precedence() {
        return switch (this) {
            case MULTIPLY, DIVIDE, MODULO -> 3;
            case ADD, SUBTRACT -> 2;
            default -> 1;
        };
    }

    double calculate(double left, double right) {
        return switch (this) {
            case ADD -> left + right;
            case SUBTRACT -> left - right;
            case MULTIPLY -> left * right;
            case DIVIDE -> left / right;
            case MODULO -> left % right;
            default -> throw new IllegalStateException(name());
        };
    }

    /** With NaN only {@code !=} is true. */
    boolean holds(double left, double right) {
        return switch (this) {
            case EQUAL -> left == right;
            case NOT_EQUAL -> left != right;
            case LESS -> left < right;
            case LESS_OR_EQUAL -> left <= right;
            case GREATER -> left > right;
            case GREATER_OR_EQUAL -> left >= right;
            default -> throw new IllegalStateException(name());
        };
    }
}
