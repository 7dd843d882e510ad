package routes.events;

/** A file in the object store: SHA-256 in hex, object key, and size in bytes. */
public record MediaFile(String sha256, String s3Key, String mimeType, Long sizeBytes) {}
