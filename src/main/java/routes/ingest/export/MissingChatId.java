package routes.ingest.export;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import routes.posts.ChannelIdentity;

/**
 * Telegram Desktop before 1.4.8 writes no {@code id} of the chat. Its type and name determine one, the same at every import: 2^52 plus
 * 48 bits of their SHA-256. Telegram's own ids have at most 52 bits, so they cannot collide. JavaScript still reads it exactly.
 */
final class MissingChatId {
    private static final long FIRST = ChannelIdentity.LAST_TELEGRAM_ID + 1;
    private static final long BITS = (1L << 48) - 1;

    private MissingChatId() {}

    /**
     * @param number from 1, among the chats of this type and name in the same export
     */
    static long of(String type, String name, int number) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest((type + "\n" + name + "\n" + number).getBytes(UTF_8));
            return FIRST | (ByteBuffer.wrap(hash).getLong() & BITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
