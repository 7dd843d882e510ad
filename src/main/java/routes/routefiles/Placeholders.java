package routes.routefiles;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Handles the placeholders <code>{{name}}</code>, <code>{{name:default}}</code> and <code>{{?name}}</code> in a text. A name with the
 * prefix {@code env:} is an environment variable, a name with the prefix {@code sys:} a JVM system property.
 */
final class Placeholders {

    // innermost first: like Camel, resolves a nested placeholder before the surrounding one
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(\\?)?((?:env:|sys:)?[^{}:]+)(?::([^{}]*))?}}");

    private static final int MAX_NESTING = 10;

    private Placeholders() {}

    static boolean in(String text) {
        return PLACEHOLDER.matcher(text).find();
    }

    /** Returns all names. */
    static List<String> of(String text) {
        return PLACEHOLDER.matcher(text).results().map(Placeholders::name).toList();
    }

    /** Returns the names that need a value: placeholders that have no default and are not optional. */
    static List<String> needed(String text) {
        return PLACEHOLDER
                .matcher(text)
                .results()
                .filter(match -> match.group(1) == null && match.group(3) == null)
                .map(Placeholders::name)
                .toList();
    }

    /**
     * Replaces placeholders with a value or a default.
     *
     * @param values value of a name, or null; a placeholder without a value gets its default, otherwise it stays unchanged
     */
    static String resolve(String text, Function<String, String> values) {
        String resolved = text;
        // a value may contain further placeholders; the bound ends a cycle
        for (int round = 0; round < MAX_NESTING && in(resolved); round++) {
            resolved = replace(resolved, match -> Optional.ofNullable(values.apply(name(match)))
                    .orElse(match.group(3)));
        }
        return resolved;
    }

    /**
     * Replaces only the placeholders that have a value; others keep their defaults.
     *
     * @param values value of a name, or null
     */
    static String substitute(String text, Function<String, String> values) {
        return replace(text, match -> values.apply(name(match)));
    }

    private static String replace(String text, Function<MatchResult, String> value) {
        return PLACEHOLDER
                .matcher(text)
                .replaceAll(match ->
                        Matcher.quoteReplacement(Objects.requireNonNullElse(value.apply(match), match.group())));
    }

    private static String name(MatchResult placeholder) {
        return placeholder.group(2).trim();
    }
}
