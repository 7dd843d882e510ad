package routes.posts;

/**
 * What a batch changed.
 *
 * @param created posts that did not exist
 * @param edited posts with new content, or restored after they were deleted
 * @param updated posts of which only counters and similar fields changed
 */
public record SavedBatch(
        int created,
        int edited,
        int updated,
        int unchanged,
        int albumsCreated,
        int albumsChanged,
        int albumsUnchanged) {}
