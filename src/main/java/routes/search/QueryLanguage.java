package routes.search;

import com.google.common.collect.Sets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses the query language: {@code "words in this order"}, {@code -without}, {@code channel:}, {@code tag:}, {@code before:},
 * {@code after:} and {@code has:}. Everything else is treated as words, including a colon after another word, a minus before a
 * digit, and a minus if there are no other words.
 */
public final class QueryLanguage {
    private static final Pattern PART = Pattern.compile(
            "(?<minus>(?<!\\S)-(?=[\\p{L}\"“”#@]))?(?:(?<![^\\s-])(?<name>channel|tag|before|after|has):)?"
                    + "(?:[\"“”](?<quoted>[^\"“”]*)[\"“”]|(?<plain>[^\\s\"“”]+))",
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);

    private QueryLanguage() {}

    /**
     * A parsed query.
     *
     * @param words without operators and exclusions, in the order of the query; blank if there are none
     * @param phrases quoted words; they are also contained in {@code words}
     * @param without words and phrases that posts must not contain
     * @param channels user names or titles, without {@code @}; posts must be in one of them
     * @param tags without {@code #}; posts must have all of them
     * @param has codes as typed, in lower case; posts must have all of them
     * @param from earliest {@code posted_at}, inclusive; null for no limit
     * @param to latest {@code posted_at}, exclusive; null for no limit
     */
    public record Understood(
            String words,
            List<String> phrases,
            List<String> without,
            Set<String> channels,
            Set<String> tags,
            Set<String> has,
            Instant from,
            Instant to) {

        /** Returns a query that consists of words only. */
        public static Understood words(String words) {
            return new Understood(words, List.of(), List.of(), Set.of(), Set.of(), Set.of(), null, null);
        }

        /** Returns this query with a tag, features and a period as additional filters; null for no limit. */
        public Understood and(String tag, Set<String> features, Instant earliest, Instant latest) {
            return new Understood(
                    words,
                    phrases,
                    without,
                    channels,
                    tag == null ? tags : Sets.union(tags, Set.of(tag)),
                    Sets.union(has, features),
                    later(from, earliest),
                    earlier(to, latest));
        }
    }

    /** An operator has an invalid value. The message states the fault and the valid values. */
    public static final class UnclearQueryException extends RuntimeException {
        private static final long serialVersionUID = 1;

        UnclearQueryException(String message) {
            super(message);
        }
    }

    /** @throws UnclearQueryException for an operator with an invalid value */
    public static Understood read(String query) {
        List<String> words = new ArrayList<>();
        List<String> phrases = new ArrayList<>();
        List<String> without = new ArrayList<>();
        Set<String> channels = new LinkedHashSet<>();
        Set<String> tags = new LinkedHashSet<>();
        Set<String> has = new LinkedHashSet<>();
        Instant from = null;
        Instant to = null;
        for (Matcher part = PART.matcher(query); part.find(); ) {
            boolean isQuoted = part.group("quoted") != null;
            String value = isQuoted ? part.group("quoted").strip() : part.group("plain");
            String name = part.group("name") == null ? "" : part.group("name").toLowerCase(Locale.ROOT);
            boolean isMinus = part.group("minus") != null;
            boolean isTime = name.equals("before") || name.equals("after");
            if (value.isEmpty() || (isTime && !Character.isDigit(value.charAt(0)))) {
                words.add(part.group().replace('"', ' ').strip());
                continue;
            }
            if (isMinus && !name.isEmpty()) {
                throw new UnclearQueryException(
                        "-" + name + " is not supported. Only words can be excluded: -word or -\"several words\".");
            }
            switch (name) {
                case "channel" -> channels.add(value.replaceFirst("^@", ""));
                case "tag" -> tags.add(value.replaceFirst("^#+", "").replace('_', ' '));
                case "has" -> has.add(value.toLowerCase(Locale.ROOT));
                case "after" -> from = later(from, start(name, value));
                case "before" -> to = earlier(to, start(name, value));
                default -> {
                    if (isMinus) {
                        without.add(value);
                    } else {
                        words.add(value);
                        if (isQuoted) {
                            phrases.add(value);
                        }
                    }
                }
            }
        }
        boolean isOnlyMinus =
                words.isEmpty() && channels.isEmpty() && tags.isEmpty() && has.isEmpty() && from == null && to == null;
        return new Understood(
                String.join(" ", isOnlyMinus ? without : words),
                phrases,
                isOnlyMinus ? List.of() : without,
                channels,
                tags,
                has,
                from,
                to);
    }

    private static Instant later(Instant known, Instant other) {
        return known == null || other != null && other.isAfter(known) ? other : known;
    }

    private static Instant earlier(Instant known, Instant other) {
        return known == null || other != null && other.isBefore(known) ? other : known;
    }

    /** Returns the start of a day, month or year in UTC. */
    private static Instant start(String name, String value) {
        try {
            LocalDate day =
                    switch (value.length()) {
                        case 4 -> LocalDate.of(Integer.parseInt(value), 1, 1);
                        case 7 -> YearMonth.parse(value).atDay(1);
                        default -> LocalDate.parse(value);
                    };
            return day.atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeException | NumberFormatException e) {
            throw new UnclearQueryException("%s:%s is not a date. Use %s:2026-01-31, %s:2026-01 or %s:2026."
                    .formatted(name, value, name, name, name));
        }
    }
}
