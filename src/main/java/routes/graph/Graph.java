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

    /**
     * Removes the posts and their relationships; co-occurrence weights go down. What they alone were related to goes too,
     * unless somebody else writes at the same moment: then {@link #removeOrphans} finds it. Unknown posts are no error.
     */
    void remove(UUID tenantId, Collection<UUID> postIds);

    /**
     * What one step of a search for orphans did.
     *
     * @param next where the next step goes on; null when the search is through
     */
    record Orphans(int removed, String next) {}

    /**
     * Looks at some nodes that are no posts and removes those that are related to nothing: tags that no post carries and
     * nobody is interested in, for example.
     *
     * @param place empty to begin, then what the step before gave as {@code next}
     * @param limit nodes to look at
     */
    Orphans removeOrphans(String place, int limit);

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
