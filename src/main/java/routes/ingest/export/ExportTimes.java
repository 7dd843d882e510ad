package routes.ingest.export;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.Optional;
import java.util.stream.Stream;

/** Times of an export: seconds since 1970, or a local time of the exporting machine. */
final class ExportTimes {
    /** The last second that RFC 3339 can represent. Milliseconds instead of seconds far exceed it. */
    private static final long LAST_SECOND =
            Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

    private final ZoneId zone;

    /**
     * @param zone of the exporting machine, for local times
     */
    ExportTimes(ZoneId zone) {
        this.zone = zone;
    }

    /** The first value that is a time between 1970 and 9999. Each may be null or of any type. */
    Optional<Instant> first(JsonNode... values) {
        return first(Instant.EPOCH, values);
    }

    /** Like {@link #first(JsonNode...)}, but not before the given time. */
    Optional<Instant> first(Instant from, JsonNode... values) {
        return Stream.of(values)
                .filter(value -> value != null && (value.isTextual() || value.isNumber()))
                .flatMap(value -> read(value.asText().strip()).stream())
                .filter(time -> !time.isBefore(from) && time.getEpochSecond() <= LAST_SECOND)
                .findFirst();
    }

    private Optional<Instant> read(String text) {
        try {
            // a fraction or an exponent does not make the message invalid
            return Optional.of(
                    text.matches("[-+]?\\d{1,30}([.]\\d{1,30})?([eE][+]?\\d)?")
                            ? Instant.ofEpochSecond(new BigDecimal(text).longValue())
                            : local(text.replace(' ', 'T')));
        } catch (DateTimeException | ArithmeticException e) {
            return Optional.empty();
        }
    }

    private Instant local(String text) {
        TemporalAccessor time =
                DateTimeFormatter.ISO_DATE_TIME.parseBest(text, ZonedDateTime::from, LocalDateTime::from);
        return time instanceof ZonedDateTime zoned
                ? zoned.toInstant()
                : ((LocalDateTime) time).atZone(zone).toInstant();
    }
}
