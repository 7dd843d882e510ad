package routes.posts;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * The present state of an album according to its members.
 *
 * @param id of the row
 * @param kind photo, video, document, or mixed
 * @param coverSha256 first file of the first member, or null
 * @param revision starts at 1, incremented with each late member or change
 * @param change what the last save changed
 */
record Album(
        long id,
        long groupedId,
        String kind,
        String caption,
        String coverSha256,
        Instant postedAt,
        List<UUID> postIds,
        String contentHash,
        int revision,
        String traceId,
        Change change) {
    enum Change {
        CREATED,
        CHANGED,
        NONE
    }
}
