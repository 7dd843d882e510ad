package routes.events;

/** A file of a post that was skipped, and why. */
public record SkippedFile(String name, String reason) {}
