package routes.events;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Version {@code vision@YYYY-MM-DD#pN}: the date and number of the prompt; ordered by date, then by N as a number. */
public record VisionVersion(LocalDate date, long prompt) implements Comparable<VisionVersion> {
    private static final Pattern FORM = Pattern.compile("vision@(\\d{4}-\\d{2}-\\d{2})#p(\\d{1,9})");
    private static final Comparator<VisionVersion> ORDER =
            Comparator.comparing(VisionVersion::date).thenComparingLong(VisionVersion::prompt);

    /**
     * @param text null or empty for no version, which is the lowest
     * @throws IllegalArgumentException if the text has a different form
     */
    public static VisionVersion parse(String text) {
        if (text == null || text.isEmpty()) {
            return new VisionVersion(LocalDate.MIN, 0);
        }
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' must have the form vision@YYYY-MM-DD#pN");
        }
        try {
            return new VisionVersion(LocalDate.parse(matcher.group(1)), Long.parseLong(matcher.group(2)));
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("'" + text + "' contains no valid date", e);
        }
    }

    @Override
    public int compareTo(VisionVersion other) {
        return ORDER.compare(this, other);
    }
}
