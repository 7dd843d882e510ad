package routes.api.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** Times in requests. */
public final class Times {

    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private Times() {}

    /**
     * Parses a parameter.
     *
     * @param text date and time with zone or offset, or a date, which means its start in UTC
     * @throws org.springframework.web.ErrorResponseException status 400
     */
    public static Instant parse(String text) {
        try {
            Instant time = text.length() <= 10
                    ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : OffsetDateTime.parse(text).toInstant();
            if (isStorable(time)) {
                return time;
            }
        } catch (DateTimeException e) {
            // refused below
        }
        throw ProblemType.INVALID_PARAMETER.exception(
                null,
                "The value must be a point in time in the years 1 to 9999",
                "Send a date (2026-01-31) or a date and time with an offset (2026-01-31T18:00:00Z).");
    }

    /** Returns whether PostgreSQL and the index can store the time. Neither supports every {@link Instant}. */
    public static boolean isStorable(Instant time) {
        return !time.isBefore(EARLIEST) && !time.isAfter(LATEST);
    }
}
