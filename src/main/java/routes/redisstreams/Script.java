package routes.redisstreams;

import io.lettuce.core.codec.Base16;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The Lua scripts of this component; each file documents its keys, arguments and reply. */
enum Script {
    COMPLETE("complete"),
    FAIL("fail"),
    DEAD_LETTER("dead-letter"),
    RENEW("renew"),
    TAKE("take"),
    CLAIM("claim"),
    LEASE_NAME("lease-name"),
    RELEASE_NAME("release-name"),
    REMOVE_IDLE_CONSUMERS("remove-idle-consumers"),
    TRIM("trim"),
    PUBLISH("publish");

    private final String text;
    private final String digest;

    Script(String file) {
        text = read(file + ".lua");
        digest = Base16.digest(text.getBytes(StandardCharsets.UTF_8));
    }

    String text() {
        return text;
    }

    /** The name under which Redis caches the script: the SHA-1 of its text in hexadecimal. */
    String digest() {
        return digest;
    }

    private static String read(String file) {
        try (InputStream in = Script.class.getResourceAsStream("/routes/redisstreams/" + file)) {
            if (in == null) {
                throw new IllegalStateException("Script " + file + " is missing from the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Script " + file + " cannot be read", e);
        }
    }
}
