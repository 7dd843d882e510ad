package routes.posts;

import java.util.UUID;

/** What a batch decided about one post: the row as it is now, and the post as it arrived. */
record SavedPost(UUID id, String traceId, PostMerge merge, Post arrived) {
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
