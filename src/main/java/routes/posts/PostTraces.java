package routes.posts;

import java.util.Collection;
import java.util.UUID;

/** Data about posts that a package stores outside their rows. It is removed when the posts are erased. */
@FunctionalInterface
public interface PostTraces {
    /** Removes all data about the posts, in the transaction of the calling thread. Idempotent. */
    void erase(UUID tenantId, Collection<UUID> postIds);
}
