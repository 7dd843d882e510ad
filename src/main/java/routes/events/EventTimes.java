package routes.events;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Times as producers in Python and Java write them. */
final class EventTimes {

    private static final long FIRST_MILLISECONDS = 100_000_000_000L;

    private static final Pattern UNIX = Pattern.compile("\\d{9,13}(\\.\\d{1,9})?");

    private static final DateTimeFormatter ISO = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .appendPattern("['T'][' ']")
            .optionalStart()
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .appendPattern("[XXX][XX][X]")
            .optionalEnd()
            .toFormatter(Locale.ROOT)
            .withResolverStyle(ResolverStyle.STRICT);

    private EventTimes() {}

    /**
     * ISO-8601 with {@code T} or a space; without a zone it is UTC, without a time midnight. Digits alone are Unix seconds
     * or, from 10^11, milliseconds.
     */
    static Optional<Instant> parse(String text) {
        try {
            if (UNIX.matcher(text).matches()) {
                return Optional.of(unix(Double.parseDouble(text)));
            }
            TemporalAccessor time = ISO.parseBest(text, OffsetDateTime::from, LocalDateTime::from, LocalDate::from);
            if (time instanceof OffsetDateTime withZone) {
                return Optional.of(withZone.toInstant());
            }
            LocalDateTime local = time instanceof LocalDate date ? date.atStartOfDay() : (LocalDateTime) time;
            return Optional.of(local.toInstant(ZoneOffset.UTC));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Instant unix(double time) {
        return Instant.ofEpochMilli(Math.round(time < FIRST_MILLISECONDS ? time * 1000 : time));
    }
}
