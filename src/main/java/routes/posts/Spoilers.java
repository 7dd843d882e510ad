package routes.posts;

import com.fasterxml.jackson.databind.JsonNode;

/** Text that the author of a post has hidden until a reader asks for it. */
public final class Spoilers {
    /** Stands for each character of a spoiler. */
    private static final char MASK = '▒';

    private Spoilers() {}

    /**
     * The text with spoilers masked, of the same length; white space and invisible characters stay.
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
