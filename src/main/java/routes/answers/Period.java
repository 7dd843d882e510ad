package routes.answers;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A period that a question names relative to today, in UTC: "за неделю", "yesterday", "in the last 10 days". Absolute times, such
 * as years, are treated as words, because a post of today may be about them.
 *
 * @param from inclusive; null for no limit
 * @param to exclusive; null for no limit
 * @param rest the question without the words that name the period
 */
record Period(Instant from, Instant to, String rest) {
    private static final int MAX_DAYS = 3650;
    private static final String NUMBER = "(?:(\\d{1,4}) )?";

    /** Groups 1 and 2 are days, 3 and 4 weeks, 5 and 6 months. */
    private static final Pattern LAST = words(
            "(?:за |в |during |in |over |for )?(?:(?:эт\\w+|последн\\w+|прошедш\\w+|the|this|past|last|previous) )*(?:"
                    + NUMBER + "(?:день|дня|дней|сутки|суток|days?)|" + NUMBER + "(?:недел[юеяи]|недель|weeks?)|"
                    + NUMBER
                    + "(?:месяц\\w{0,2}|months?))");

    private static final Pattern INTRODUCED =
            words("(?:за|эт\\w+|последн\\w+|прошедш\\w+|this|past|last|previous|today.s)");
    private static final Pattern TODAY = words("(?:за )?сегодня|today");
    private static final Pattern YESTERDAY = words("(?:за )?вчера|yesterday");
    private static final Pattern PREVIOUS_WEEK =
            words("(?:на|за) прошл\\w+ недел\\w+|(?:in |during )?(?:the )?last week");

    private static Pattern words(String expression) {
        return Pattern.compile(
                "(?<![\\p{L}\\p{N}])(?:" + expression + ")(?![\\p{L}\\p{N}])",
                Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.UNICODE_CHARACTER_CLASS);
    }

    static Period of(String question, Instant now) {
        LocalDate today = now.atZone(ZoneOffset.UTC).toLocalDate();
        Matcher words = PREVIOUS_WEEK.matcher(question);
        if (words.find()) {
            LocalDate monday = today.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            return new Period(start(monday.minusWeeks(1)), start(monday), without(question, words));
        }
        words = TODAY.matcher(question);
        if (words.find()) {
            return new Period(start(today), null, without(question, words));
        }
        words = YESTERDAY.matcher(question);
        if (words.find()) {
            return new Period(start(today.minusDays(1)), start(today), without(question, words));
        }
        words = LAST.matcher(question);
        while (words.find()) {
            // "a robot that worked for a week" does not name a period of posts
            if (INTRODUCED.matcher(words.group()).find()) {
                return new Period(start(today.minusDays(days(words))), null, without(question, words));
            }
        }
        return new Period(null, null, question);
    }

    private static int days(Matcher words) {
        int[] lengths = {1, 7, 30};
        for (int group = 1; group <= 3; group++) {
            if (words.group(group) != null) {
                return Math.min(MAX_DAYS, Integer.parseInt(words.group(group)) * lengths[group - 1]);
            }
        }
        String unit = words.group().toLowerCase(java.util.Locale.ROOT);
        return unit.contains("недел") || unit.contains("week")
                ? 7
                : unit.contains("меся") || unit.contains("month") ? 30 : 1;
    }

    private static Instant start(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private static String without(String question, Matcher words) {
        return (question.substring(0, words.start()) + " " + question.substring(words.end())).strip();
    }
}
