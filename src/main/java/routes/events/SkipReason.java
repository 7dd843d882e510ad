package routes.events;

/** A file that vision did not analyse, by its SHA-256 in hex, and why. */
public record SkipReason(String sha256, String reason) {}
