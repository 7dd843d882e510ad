package routes.posts;

import java.util.Collection;
import java.util.UUID;

/** What a package of its own keeps of posts, apart from their rows: it goes when they are erased. */
@FunctionalInterface
public interface PostTraces {
    /** Removes everything that was said of the posts, in the transaction of the calling thread. Repeating it changes nothing. */
    void erase(UUID tenantId, Collection<UUID> postIds);
}
