package routes.graph;

import java.util.Collection;
import java.util.List;
import java.util.UUID;

/**
 * The graph of channels, posts, tags, pages, images and albums. Every node and every answer belongs to one tenant.
 *
 * <p>{@code RELATED_TO} is stored once per pair of tags, from the one whose name sorts first to the other; its
 * weight is the number of posts that carry both.
 */
public interface Graph {

    /**
     * Makes the graph show the posts as given, in one transaction: relationships of a post that are no longer asked for
     * go, a replay changes nothing. A post that is replied to gets its node even before it was seen itself. The same post twice in the list: the last counts.
     */
    GraphChange apply(List<PostGraph> posts);

    /** {@link #apply(List)} for one post. */
    default GraphChange apply(PostGraph post) {
        return apply(List.of(post));
    }

    /** Removes the posts and their relationships; co-occurrence weights go down. Unknown posts are no error. */
    void remove(UUID tenantId, Collection<UUID> postIds);

    /**
     * Other posts that share tags with the given ones, heaviest first. Tags carried by more than {@value #HUB} posts say
     * nothing about kinship and are left out, which also bounds the work.
     */
    List<Neighbour> neighboursOfPosts(UUID tenantId, Collection<UUID> postIds, int limit);

    /** Posts that carry any of the given tags (any form), heaviest first; hubs as above. */
    List<Neighbour> neighboursOfTags(UUID tenantId, Collection<String> tags, int limit);

    /** Tags most often used together with the given one, heaviest first. */
    List<RelatedTag> relatedTags(UUID tenantId, String tag, int limit);

    /** Number of posts from which on a tag is a hub. */
    int HUB = 1_000;
}
