package routes.digests;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;

/**
 * The times at which the digests of a user are due. If daylight saving skips the local time, the digest is due later by the length of the
 * skipped interval; if the local time occurs twice, at its first occurrence.
 *
 * @param time time of day, to the minute
 * @param dayOfWeek for weekly digests; 1 is Monday
 * @param dayOfMonth for monthly digests; in shorter months, the last day
 */
public record DigestSchedule(
        Frequency frequency,
        @JsonFormat(pattern = "HH:mm") LocalTime time,
        ZoneId zone,
        int dayOfWeek,
        int dayOfMonth) {

    public enum Frequency {
        DAILY,
        WEEKLY,
        MONTHLY;

        @JsonValue
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Frequency of(String code) {
            return valueOf(code.toUpperCase(Locale.ROOT));
        }
    }

    /**
     * A time at which a digest is due.
     *
     * @param date in the time zone of the user
     * @param period the day, ISO week or month of the date; there is one digest per period
     */
    public record Slot(Instant at, LocalDate date, String period) {}

    /** Returns the last slot that is not later than {@code now}. Earlier missed slots are not made up for. */
    public Slot last(Instant now) {
        LocalDate date = dateOf(now.atZone(zone).toLocalDate());
        // the slot of the current day, week or month may be later than now, or the clock may be set back today
        for (LocalDate candidate = next(date); ; candidate = previous(candidate)) {
            Slot slot = slot(candidate);
            if (!slot.at().isAfter(now)) {
                return slot;
            }
        }
    }

    /** Returns the first slot after {@code now}. */
    public Slot next(Instant now) {
        return slot(next(last(now).date()));
    }

    private Slot slot(LocalDate date) {
        return new Slot(date.atTime(time).atZone(zone).toInstant(), date, period(date));
    }

    /** Returns the date of the slot in the day, week or month of the given date. */
    private LocalDate dateOf(LocalDate date) {
        return switch (frequency) {
            case DAILY -> date;
            case WEEKLY ->
                date.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY))
                        .with(TemporalAdjusters.nextOrSame(DayOfWeek.of(dayOfWeek)));
            case MONTHLY -> ofMonth(YearMonth.from(date));
        };
    }

    private LocalDate ofMonth(YearMonth month) {
        return month.atDay(Math.min(dayOfMonth, month.lengthOfMonth()));
    }

    private LocalDate next(LocalDate date) {
        return switch (frequency) {
            case DAILY -> date.plusDays(1);
            case WEEKLY -> date.plusWeeks(1);
            case MONTHLY -> ofMonth(YearMonth.from(date).plusMonths(1));
        };
    }

    private LocalDate previous(LocalDate date) {
        return switch (frequency) {
            case DAILY -> date.minusDays(1);
            case WEEKLY -> date.minusWeeks(1);
            case MONTHLY -> ofMonth(YearMonth.from(date).minusMonths(1));
        };
    }

    private String period(LocalDate date) {
        return switch (frequency) {
            case DAILY -> date.toString();
            case WEEKLY ->
                "%d-W%02d".formatted(date.get(IsoFields.WEEK_BASED_YEAR), date.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
            case MONTHLY -> YearMonth.from(date).toString();
        };
    }

    /** Returns the start of the period if there was no earlier digest. */
    public Instant oneBefore(Instant end) {
        var local = end.atZone(zone);
        return switch (frequency) {
            case DAILY -> local.minusDays(1).toInstant();
            case WEEKLY -> local.minusWeeks(1).toInstant();
            case MONTHLY -> local.minusMonths(1).toInstant();
        };
    }
}
