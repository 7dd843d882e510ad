package routes.posts;

import java.util.UUID;

/**
 * The row of a post. Of its media only the hashes are known here.
 *
 * @param deletion why it was deleted, null while it is not
 */
record StoredPost(UUID id, DeletionReason deletion, String traceId, Post post) {}
