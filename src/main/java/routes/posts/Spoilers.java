package routes.posts;

import com.fasterxml.jackson.databind.JsonNode;

/** Text that the author of a post has marked as hidden until a reader reveals it. */
public final class Spoilers {
    /** Replaces each character of a spoiler. */
    private static final char MASK = '▒';

    private Spoilers() {}

    /**
     * Returns the text with spoilers masked. The length is unchanged; whitespace and invisible characters are kept.
     *
     * @param entities formatting of the text, as in the event posts.parsed
     */
    public static String masked(String text, JsonNode entities) {
        var shown = new StringBuilder(text);
        for (JsonNode entity : entities) {
            if (entity.path("type").asText().equals("spoiler")) {
                long end = Math.min(
                        text.length(),
                        entity.path("offset").asLong() + entity.path("length").asLong());
                for (int i = Math.max(0, entity.path("offset").asInt()); i < end; i++) {
                    if (!Character.isWhitespace(text.charAt(i))
                            && Character.getType(text.charAt(i)) != Character.FORMAT) {
                        shown.setCharAt(i, MASK);
                    }
                }
            }
        }
        return shown.toString();
    }
}
