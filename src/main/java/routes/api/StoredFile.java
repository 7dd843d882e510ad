package routes.api;

import java.util.Set;

/** A file of a post, in the object store. */
record StoredFile(String sha256, String mime, long sizeBytes, String s3Key) {

    /** Types that a browser may display; anything else could contain a script. */
    private static final Set<String> SHOWN = Set.of(
            "image/jpeg",
            "image/png",
            "image/gif",
            "image/webp",
            "video/mp4",
            "video/webm",
            "audio/ogg",
            "audio/mpeg",
            "application/pdf");

    boolean isShown() {
        return SHOWN.contains(mime);
    }

    String contentType() {
        return isShown() ? mime : "application/octet-stream";
    }

    /** The last segment of the key; contains only letters, digits, dots and dashes. */
    String name() {
        return s3Key.substring(s3Key.lastIndexOf('/') + 1);
    }
}
