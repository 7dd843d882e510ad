package routes.posts;

import java.time.Instant;
import java.util.UUID;

/** A post of an album. {@code sha256} is that of its first file, or null while the file is missing. */
record AlbumMember(
        long groupedId, UUID postId, String text, Instant postedAt, String traceId, String mediaKind, String sha256) {}
