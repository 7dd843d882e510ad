package routes.ingest;

/** A run of a message's text; {@code link} is the address that its source marked it with, or null. */
public record TextPart(String text, String link) {
    public static TextPart plain(String text) {
        return new TextPart(text, null);
    }
}
