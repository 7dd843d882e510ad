package routes.ingest.export;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Telegram Desktop 4.13.0 to 4.15.x writes the data of callback buttons as raw bytes, even if they are not valid UTF-8. Since 4.16.0
 * (tdesktop commit 4db885d8b4) they are Base64. Each invalid sequence, here or in any other text, becomes U+FFFD.
 */
final class RawBytes {
    private RawBytes() {}

    static String mend(byte[] bytes, int length) {
        return new String(bytes, 0, length, UTF_8);
    }
}
