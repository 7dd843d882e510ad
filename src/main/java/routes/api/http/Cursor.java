package routes.api.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32;

/**
 * The position in a list after which the next page starts: the sort key of the last row. Rows added in the meantime neither shift nor
 * repeat entries of a page.
 *
 * @param time with microsecond precision, as in PostgreSQL
 * @param id distinguishes rows with the same time
 */
public record Cursor(Instant time, UUID id) {

    /** Creates a cursor for rows with a number instead of an id. */
    public static Cursor of(Instant time, long number) {
        return new Cursor(time, new UUID(0, number));
    }

    public long number() {
        return id.getLeastSignificantBits();
    }

    /** Returns the query parameters {@code time}, {@code id} and {@code number} of a position; empty for the start of a list. */
    public static Map<String, Object> parameters(Optional<Cursor> after) {
        return after.<Map<String, Object>>map(
                        place -> Map.of("time", place.time.toString(), "id", place.id, "number", place.number()))
                .orElse(Map.of());
    }

    /**
     * Returns the position as opaque text.
     *
     * @param scope everything that the list depends on; the cursor is refused for any other scope
     */
    public String encode(String scope) {
        ByteBuffer position = ByteBuffer.allocate(Integer.BYTES + 3 * Long.BYTES)
                .putLong(Integer.BYTES, time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000)
                .putLong(Integer.BYTES + Long.BYTES, id.getMostSignificantBits())
                .putLong(Integer.BYTES + 2 * Long.BYTES, id.getLeastSignificantBits());
        var checksum = new CRC32();
        checksum.update(scope.getBytes(StandardCharsets.UTF_8));
        checksum.update(position.array(), Integer.BYTES, 3 * Long.BYTES);
        position.putInt(0, (int) checksum.getValue());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(position.array());
    }

    /**
     * Decodes the text from {@link #encode}.
     *
     * @throws org.springframework.web.ErrorResponseException status 400 if the text is not a cursor of this list
     */
    public static Cursor decode(String text, String scope) {
        try {
            ByteBuffer position = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
            Instant time = Instant.EPOCH.plus(position.getLong(Integer.BYTES), ChronoUnit.MICROS);
            var cursor = new Cursor(
                    time,
                    new UUID(
                            position.getLong(Integer.BYTES + Long.BYTES),
                            position.getLong(Integer.BYTES + 2 * Long.BYTES)));
            // the checksum differs for another scope
            if (Times.isStorable(time) && cursor.encode(scope).equals(text)) {
                return cursor;
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException | DateTimeException | ArithmeticException e) {
            // refused below
        }
        throw ProblemType.INVALID_PARAMETER.exception(
                "cursor",
                "cursor was not returned by this list with these filters",
                "Send next_cursor of the previous page unchanged and with the same filters, or omit cursor.");
    }
}
