package routes.posts;

import java.util.UUID;

/** The row of a post. Of its media only the hashes are known here. */
record StoredPost(UUID id, boolean deleted, String traceId, Post post) {}
