package routes.routefiles.yaml;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The <code>{{name}}</code>, <code>{{name:default}}</code> and <code>{{?name}}</code> of a text. */
public final class Placeholders {

    // innermost first: like Camel, resolves a nested placeholder before the one around it
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([^{}]+)}}");

    private static final int MAX_NESTING = 10;

    private Placeholders() {}

    /**
     * One placeholder.
     *
     * @param name the property; with the prefix {@code env:} an environment variable, with {@code sys:} a JVM system property
     * @param fallback the text after the name's colon
     * @param optional written with a question mark: may be missing
     */
    public record Placeholder(String name, Optional<String> fallback, boolean optional) {

        /** True when it is looked up in the environment or the JVM, not in the properties. */
        public boolean outside() {
            return name.startsWith("env:") || name.startsWith("sys:");
        }
    }

    public static boolean in(String text) {
        return PLACEHOLDER.matcher(text).find();
    }

    public static List<Placeholder> of(String text) {
        return PLACEHOLDER
                .matcher(text)
                .results()
                .map(match -> parse(match.group(1)))
                .toList();
    }

    /**
     * Replaces placeholders with a value or a default.
     *
     * @param values value of a name, or null; a placeholder without value gets its default, else it stays unchanged
     */
    public static String resolve(String text, Function<String, String> values) {
        String resolved = text;
        // a value may contain further placeholders; the bound ends a cycle
        for (int round = 0; round < MAX_NESTING && in(resolved); round++) {
            resolved = PLACEHOLDER.matcher(resolved).replaceAll(match -> {
                Placeholder placeholder = parse(match.group(1));
                String value = values.apply(placeholder.name());
                return Matcher.quoteReplacement(
                        value != null ? value : placeholder.fallback().orElse(match.group()));
            });
        }
        return resolved;
    }

    /** Replaces only the placeholders whose names are in the map; others keep their defaults. */
    public static String substitute(String text, Map<String, String> values) {
        return PLACEHOLDER.matcher(text).replaceAll(match -> {
            String value = values.get(parse(match.group(1)).name());
            return Matcher.quoteReplacement(value != null ? value : match.group());
        });
    }

    private static Placeholder parse(String inside) {
        boolean optional = inside.startsWith("?");
        String rest = optional ? inside.substring(1) : inside;
        int nameStart = rest.startsWith("env:") || rest.startsWith("sys:") ? 4 : 0;
        int colon = rest.indexOf(':', nameStart);
        return colon < 0
                ? new Placeholder(rest.trim(), Optional.empty(), optional)
                : new Placeholder(rest.substring(0, colon).trim(), Optional.of(rest.substring(colon + 1)), optional);
    }
}
