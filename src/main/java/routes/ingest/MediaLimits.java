package routes.ingest;

import java.util.Set;

/**
 * @param maxBytes larger files are left out ({@code MEDIA_MAX_BYTES}, 41943040)
 * @param types accepted MIME types
 * @param concurrency files stored at the same time ({@code MEDIA_CONCURRENCY}, 4)
 */
public record MediaLimits(long maxBytes, Set<String> types, int concurrency) {
    /** Images that vision models accept, video, and common documents. */
    public static final MediaLimits DEFAULT = new MediaLimits(
            41_943_040,
            Set.of(
                    "image/jpeg",
                    "image/png",
                    "image/webp",
                    "image/gif",
                    "image/tiff",
                    "image/bmp",
                    "video/mp4",
                    "video/quicktime",
                    "video/webm",
                    "application/pdf",
                    "application/msword",
                    "text/plain",
                    "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            4);

    public MediaLimits {
        types = Set.copyOf(types);
        if (maxBytes < 1 || concurrency < 1) {
            throw new IllegalArgumentException(
                    "Media limits are positive, not " + maxBytes + " bytes and " + concurrency + " at a time");
        }
    }
}
