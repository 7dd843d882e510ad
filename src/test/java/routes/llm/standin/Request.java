package routes.llm.standin;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A request as it was read.
 *
 * @param path without host and query
 * @param headers names in lower case
 */
record Request(String method, String path, Map<String, String> headers, byte[] bytes) {

    /** The body as UTF-8. */
    String body() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    boolean is(String method, String path) {
        return this.method.equals(method) && this.path.equals(path);
    }

    /** "" if there is none. */
    String header(String lowerCaseName) {
        return headers.getOrDefault(lowerCaseName, "");
    }

    /** What stands behind the scheme in the header Authorization; "" if it has another scheme. */
    String credentials(String scheme) {
        String value = header("authorization");
        String start = scheme + " ";
        return value.regionMatches(true, 0, start, 0, start.length())
                ? value.substring(start.length()).strip()
                : "";
    }

    Request below(String prefix) {
        return new Request(method, path.substring(prefix.length()), headers, bytes);
    }
}
