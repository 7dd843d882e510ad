package routes.redis;

import io.lettuce.core.codec.Base16;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * A Lua script that returns a list.
 *
 * @param digest name under which Redis caches the script: the SHA-1 of its text in hexadecimal
 */
public record Script(String text, String digest) {

    /** One call of a script. {@code keys} contains every key that the script accesses. */
    public record Call(Script script, List<String> keys, List<String> arguments) {}

    /**
     * Returns the arguments of a call: numbers and texts unchanged, a boolean as 1 or 0, a duration in milliseconds, a collection item by
     * item, a map as key, value, key, value, …
     */
    public static List<String> arguments(Object... values) {
        List<String> arguments = new ArrayList<>();
        addTo(arguments, Arrays.asList(values));
        return arguments;
    }

    private static void addTo(List<String> arguments, Object value) {
        if (value instanceof Collection<?> items) {
            items.forEach(item -> addTo(arguments, item));
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((key, one) -> addTo(arguments, List.of(key, one)));
        } else if (value instanceof Boolean flag) {
            arguments.add(flag ? "1" : "0");
        } else {
            arguments.add(value instanceof Duration time ? Long.toString(time.toMillis()) : value.toString());
        }
    }

    public static Script of(String text) {
        return new Script(text, Base16.digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Reads a script: the last file contains the script, the files before it contain functions that it uses. Each file documents keys,
     * arguments and reply.
     */
    public static Script read(Class<?> beside, String... files) {
        StringBuilder text = new StringBuilder();
        for (String file : files) {
            try (InputStream in = beside.getResourceAsStream(file)) {
                if (in == null) {
                    throw new IllegalStateException("Script " + file + " is missing from the class path");
                }
                text.append(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException("Script " + file + " cannot be read", e);
            }
        }
        return of(text.toString());
    }
}
