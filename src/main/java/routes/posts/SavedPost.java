package routes.posts;

import java.util.UUID;
import routes.events.ContentHash;

/**
 * The result of a batch for one post: the row as it is now, and the post as it arrived.
 *
 * @param contentHash null if nothing is written
 */
record SavedPost(UUID id, String traceId, PostMerge merge, Post arrived, String contentHash) {
    SavedPost(UUID id, String traceId, PostMerge merge, Post arrived) {
        this(
                id,
                traceId,
                merge,
                arrived,
                merge.outcome() == PostMerge.Outcome.UNCHANGED
                        ? null
                        : ContentHash.of(merge.post().text(), merge.post().attachmentText()));
    }

    Post post() {
        return merge.post();
    }

    PostMerge.Outcome outcome() {
        return merge.outcome();
    }

    boolean is(PostMerge.Outcome outcome) {
        return merge.outcome() == outcome;
    }
}
