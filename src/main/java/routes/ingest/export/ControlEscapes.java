package routes.ingest.export;

import java.util.regex.Pattern;

/**
 * Every version of Telegram Desktop writes control characters as {@code \x0B}, which is not valid JSON. Spaces replace them.
 */
final class ControlEscapes {
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:x[0-9A-Fa-f]{2}|(.))", Pattern.DOTALL);
    private static final String BLANKS = "    ";

    private ControlEscapes() {}

    static String mend(String json) {
        return ESCAPE.matcher(json).replaceAll(escape -> escape.group(1) == null ? BLANKS : "$0");
    }
}
