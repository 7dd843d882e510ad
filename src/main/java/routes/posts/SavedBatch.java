package routes.posts;

/**
 * What a batch changed.
 *
 * @param created posts that were not there
 * @param edited posts with new content, or back after they were deleted
 * @param updated posts of which only counters and the like moved
 */
public record SavedBatch(
        int created,
        int edited,
        int updated,
        int unchanged,
        int albumsCreated,
        int albumsChanged,
        int albumsUnchanged) {}
