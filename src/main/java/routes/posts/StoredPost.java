package routes.posts;

import java.util.UUID;

/**
 * The row of a post. Of its media it contains only the hashes.
 *
 * @param deletion why it was deleted; null if it is not
 */
record StoredPost(UUID id, DeletionReason deletion, String traceId, Post post) {}
