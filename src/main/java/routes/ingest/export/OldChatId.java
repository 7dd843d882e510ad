package routes.ingest.export;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.Stream;

/**
 * Telegram Desktop 1.4.8 to 2.7.1 adds 2^33 to the id of a chat (tdesktop commit 87d4d46ce7; bare since 4625e7613b in 2.7.2). The
 * same versions write {@code from_id} as a number, later ones as {@code channel1} and, since 2022, with {@code date_unixtime}.
 */
final class OldChatId {
    private static final long SHIFT = 1L << 33;

    private OldChatId() {}

    static boolean isPossible(long id) {
        return id > SHIFT && id < 2 * SHIFT;
    }

    /** Whether one of those versions may have written the message. */
    static boolean mayHaveWritten(JsonNode message) {
        return !message.hasNonNull("date_unixtime")
                && Stream.of("from_id", "actor_id")
                        .map(message::path)
                        .noneMatch(peer -> peer.isTextual() && !peer.asText().matches("\\d+"));
    }

    static long bare(long id) {
        return id - SHIFT;
    }

    /** How those versions write the channel itself as author. */
    static String shifted(long channelId) {
        return Long.toString(channelId + SHIFT);
    }
}
