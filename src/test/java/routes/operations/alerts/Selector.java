package routes.operations.alerts;

import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** The newest value of each series that all matchers accept. */
record Selector(List<Matcher> matchers) implements Expression, Predicate<Labels> {

    /** {@code =}, {@code !=}, {@code =~} or {@code !~}; a pattern is to match the whole value. */
    record Matcher(String label, String operator, String value) implements Predicate<Labels> {
        @Override
        public boolean test(Labels labels) {
            String found = labels.get(label);
            return switch (operator) {
                case "=" -> found.equals(value);
                case "!=" -> !found.equals(value);
                case "=~" -> Pattern.matches(value, found);
                case "!~" -> !Pattern.matches(value, found);
                default -> throw new IllegalStateException(operator);
            };
        }
    }

    Selector {
        matchers = List.copyOf(matchers);
    }

    @Override
    public boolean test(Labels labels) {
        return matchers.stream().allMatch(matcher -> matcher.test(labels));
    }

    @Override
    public boolean isScalar() {
        return false;
    }

    @Override
    public Value evaluate(Scrapes scrapes, Instant time) {
        return new Value.Vector(scrapes.at(time, this));
    }
}
