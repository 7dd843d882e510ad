package routes.graph;

import java.util.Collection;
import java.util.List;
import java.util.UUID;

/**
 * The graph of channels, posts, tags, pages, images and albums. Every node and every result belongs to one tenant.
 *
 * <p>{@code RELATED_TO} is stored once per pair of tags, from the one whose name sorts first to the other; its weight is the number
 * of posts that carry both.
 */
public interface Graph {

    /**
     * Updates the graph to match the posts, in one transaction. Removes relationships that a post no longer has; a replay changes
     * nothing. The target of a reply gets its node even before it is seen itself. If the list contains a post twice, the last
     * one counts.
     */
    GraphChange apply(List<PostGraph> posts);

    /** {@link #apply(List)} for one post. */
    default GraphChange apply(PostGraph post) {
        return apply(List.of(post));
    }

    /**
     * Removes the posts and their relationships; decreases co-occurrence weights. Also removes the nodes that only these posts were
     * related to, unless another transaction writes at the same moment: then {@link #removeOrphans} finds them. Ignores unknown
     * posts.
     */
    void remove(UUID tenantId, Collection<UUID> postIds);

    /**
     * Result of one step of the search for orphans.
     *
     * @param next where the next step continues; null when the search is complete
     */
    record Orphans(int removed, String next) {}

    /**
     * Checks some nodes other than posts and removes those without relationships: for example, tags that no post carries and no
     * user is interested in.
     *
     * @param place empty to start, then {@code next} of the previous step
     * @param limit number of nodes to check
     */
    Orphans removeOrphans(String place, int limit);

    /**
     * Other posts that share tags with the given ones, heaviest first. Skips tags carried by more than {@value #HUB} posts: they do
     * not indicate similarity, and skipping them bounds the work.
     */
    List<Neighbour> neighboursOfPosts(UUID tenantId, Collection<UUID> postIds, int limit);

    /** Posts that carry any of the given tags (any form), heaviest first; hubs as above. */
    List<Neighbour> neighboursOfTags(UUID tenantId, Collection<String> tags, int limit);

    /** Tags most often used together with the given one, heaviest first. */
    List<RelatedTag> relatedTags(UUID tenantId, String tag, int limit);

    /** A tag carried by more posts than this is a hub. */
    int HUB = 1_000;
}
