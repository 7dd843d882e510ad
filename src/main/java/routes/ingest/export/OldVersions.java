package routes.ingest.export;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import routes.posts.ChannelIdentity;

/** Corrects known faults of old Telegram Desktop versions. */
final class OldVersions {
    private static final Pattern CONTROL_ESCAPE = Pattern.compile("\\\\(?:x[0-9A-Fa-f]{2}|(.))", Pattern.DOTALL);
    private static final String FOUR_SPACES = "    ";

    private static final Pattern UNQUOTED_EMOJI = Pattern.compile(
            "(\"document_id\"\\s*:[ \\t]*)(?![\\s\"\\d\\[{-]|null\\b)([^\"\\n\\r]*?)(?=\\s*(?:,?[ \\t]*[\\r\\n]|}\\s*[,\\]]))");

    /** Zones differ from UTC by at most 14 hours, both the zone of the exporting machine and the zone in which its times are read. */
    private static final Duration ZONE_SPREAD = Duration.ofHours(28);

    /** The earliest value of {@code edited} that a message without an edit can have. */
    static final Instant FIRST_EDIT = Instant.EPOCH.minus(ZONE_SPREAD);

    private static final long ID_SHIFT = 1L << 33;
    private static final long FIRST_OWN_ID = ChannelIdentity.LAST_TELEGRAM_ID + 1;
    private static final long OWN_ID_BITS = (1L << 48) - 1;

    private OldVersions() {}

    /**
     * Returns JSON that can be parsed.
     *
     * <ul>
     *   <li>4.13.0 to 4.15.x write the data of callback buttons as raw bytes, even if they are not valid UTF-8; since 4.16.0 (tdesktop
     *       commit 4db885d8b4) they are Base64. Each invalid sequence, here or in any other text, becomes U+FFFD.
     *   <li>Every version writes control characters as {@code \x0B}, which is not valid JSON. Spaces replace them.
     *   <li>4.0.4 to 4.1.1 write the {@code document_id} of a custom emoji without quotes: a path, or why the file is missing (tdesktop
     *       issues 24961 and 24984, fixed by commit 82d68f5b98 in 4.1.2). The value is at the end of its line.
     * </ul>
     */
    static String mended(byte[] bytes) {
        String json = CONTROL_ESCAPE
                .matcher(new String(bytes, UTF_8))
                .replaceAll(escape -> escape.group(1) == null ? FOUR_SPACES : "$0");
        return UNQUOTED_EMOJI.matcher(json).replaceAll("$1\"$2\"");
    }

    /**
     * Returns null for a time that means no edit. Before 2.1.9, every message has {@code edited}, with the time 0 if it was not
     * edited: an hour of 1969-12-31 or 1970-01-01, depending on the machine's zone (tdesktop commit d0994019ca).
     */
    static Instant edit(Instant edited) {
        return Duration.between(Instant.EPOCH, edited).abs().compareTo(ZONE_SPREAD) <= 0 ? null : edited;
    }

    /**
     * Whether the id of a chat may come from 1.4.8 to 2.7.1, which add 2^33 (tdesktop commit 87d4d46ce7; without it since
     * 4625e7613b in 2.7.2).
     */
    static boolean mayBeShifted(Long chatId) {
        return chatId != null && chatId > ID_SHIFT && chatId < 2 * ID_SHIFT;
    }

    /**
     * Whether a version that shifts ids may have written the message. These versions write {@code from_id} as a number; later ones
     * write {@code channel1} and, since 2022, {@code date_unixtime}.
     */
    static boolean mayShiftIds(JsonNode message) {
        return !message.hasNonNull("date_unixtime")
                && Stream.of("from_id", "actor_id")
                        .map(message::path)
                        .noneMatch(peer -> peer.isTextual() && !peer.asText().matches("\\d+"));
    }

    static long unshifted(long chatId) {
        return chatId - ID_SHIFT;
    }

    /**
     * Returns an id for a chat without one, from a version before 1.4.8. The id is derived from type and name, so that it is the
     * same at every import: 2^52 plus 48 bits of their SHA-256. Telegram's own ids have at most 52 bits, so the two cannot collide.
     * JavaScript represents the id exactly.
     *
     * @param number position among the chats of this type and name in the same export, from 1
     */
    static long missingId(String type, String name, int number) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest((type + "\n" + name + "\n" + number).getBytes(UTF_8));
            return FIRST_OWN_ID | (ByteBuffer.wrap(hash).getLong() & OWN_ID_BITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
