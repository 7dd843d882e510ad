package routes.api.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.UUID;
import java.util.zip.CRC32;

/**
 * The position in a list after which the next page starts: the sort key of the last row, so rows that are added meanwhile neither
 * shift nor repeat the page.
 *
 * @param time with microsecond precision, as in PostgreSQL
 * @param id distinguishes rows with the same time
 */
public record Cursor(Instant time, UUID id) {

    private static final int POSITION = 3 * Long.BYTES;

    /** For rows with a number. */
    public static Cursor of(Instant time, long number) {
        return new Cursor(time, new UUID(0, number));
    }

    public long number() {
        return id.getLeastSignificantBits();
    }

    /**
     * The position as opaque text.
     *
     * @param scope everything that the list depends on; the cursor is refused for any other
     */
    public String encode(String scope) {
        byte[] position = ByteBuffer.allocate(POSITION)
                .putLong(time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
        byte[] all = ByteBuffer.allocate(Integer.BYTES + POSITION)
                .putInt(checksum(scope, position))
                .put(position)
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
    }

    /**
     * Decodes the text from {@link #encode}.
     *
     * @throws org.springframework.web.ErrorResponseException status 400, if the text is not a cursor of this list
     */
    public static Cursor decode(String text, String scope) {
        try {
            ByteBuffer all = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
            if (all.remaining() == Integer.BYTES + POSITION) {
                int checksum = all.getInt();
                byte[] position = new byte[POSITION];
                all.get(position);
                if (checksum == checksum(scope, position)) {
                    ByteBuffer values = ByteBuffer.wrap(position);
                    Instant time = Instant.EPOCH.plus(values.getLong(), ChronoUnit.MICROS);
                    return new Cursor(Times.inRange("cursor", time), new UUID(values.getLong(), values.getLong()));
                }
            }
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
            throw invalid();
        }
        throw invalid();
    }

    private static RuntimeException invalid() {
        return ProblemType.INVALID_PARAMETER.exception(
                "cursor",
                "cursor is not one that this list, with these filters, has given out",
                "Pass next_cursor of the page before unchanged and with the same filters, or leave cursor out.");
    }

    private static int checksum(String scope, byte[] position) {
        CRC32 crc = new CRC32();
        crc.update(scope.getBytes(StandardCharsets.UTF_8));
        crc.update(position);
        return (int) crc.getValue();
    }
}
