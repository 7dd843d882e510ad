package routes.events;

/** A file of a post that was not taken, and why. */
public record SkippedFile(String name, String reason) {}
