package routes.digests;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import routes.configuration.ConfigurationException;
import routes.text.NormalizedText;

/**
 * The policy {@code config/digest_policy.yml}: which posts are excluded as advertisements.
 *
 * @param advertisements rules; the first matching rule applies
 */
record DigestPolicy(List<Rule> advertisements) {
    /**
     * Maximum number of characters to which a pattern is applied. An operator's pattern may be slow, and advertisements are marked at the
     * beginning or the end of a post.
     */
    private static final int MOST_TEXT = 4_000;

    /**
     * @param pattern regular expression, case-insensitive, matches anywhere in the text
     * @param explanation for readers, by language
     */
    record Rule(String name, String pattern, Explanation explanation) {}

    record Explanation(String en, String ru) {
        String in(String language) {
            return language.equals("ru") ? ru : en;
        }
    }

    /** A rule with its compiled pattern. */
    record Compiled(Rule rule, Pattern pattern) {}

    /** @throws ConfigurationException if a pattern is not a valid regular expression */
    List<Compiled> compiled(String file) {
        return advertisements.stream()
                .map(rule -> {
                    try {
                        return new Compiled(
                                rule,
                                Pattern.compile(
                                        rule.pattern(),
                                        Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.MULTILINE));
                    } catch (PatternSyntaxException e) {
                        throw new ConfigurationException(
                                file + ": advertisements: " + rule.name() + ": pattern: " + e.getDescription(), e);
                    }
                })
                .toList();
    }

    static Optional<Rule> advertisement(List<Compiled> rules, String text) {
        String visible = NormalizedText.visible(
                text.length() <= 2 * MOST_TEXT
                        ? text
                        : text.substring(0, MOST_TEXT) + "\n" + text.substring(text.length() - MOST_TEXT));
        return rules.stream()
                .filter(rule -> rule.pattern().matcher(visible).find())
                .map(Compiled::rule)
                .findFirst();
    }
}
