package routes.events;

/** A file of a post that was skipped, and why. */
public record SkippedFile(String name, String reason) {
    public SkippedFile {
        name = StorableText.of(name);
        reason = StorableText.of(reason);
    }
}
