package routes.graph;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import routes.text.TagKey;

/**
 * The graph of channels, posts, tags, pages, images and albums. Every node and every result belongs to one tenant. A server of its
 * own that cannot be used is a {@link GraphUnavailableException}.
 *
 * <p>{@code RELATED_TO} is stored once per pair of tags, from the one whose name sorts first to the other; its weight is the number
 * of posts that carry both.
 */
public interface Graph {
    /** A tag carried by more posts than this is a hub. */
    int HUB = 1_000;

    /**
     * Everything the graph stores about one post; lists without duplicates.
     *
     * @param tags in any form; stored as {@link TagKey}, so that "нейросети" and "Нейросеть" are one tag; the first
     *     {@value #MOST_TAGS} of at most {@value #LONGEST_TAG} characters, since every pair of them is stored
     * @param urls those of at most {@value #LONGEST_URL} bytes: an index row of PostgreSQL holds no more than 2,704
     * @param imageSha256s lower-case hex
     * @param albumId {@code media_groups.id}; null for a post without album
     * @param albumPosition 0-based; ignored without album
     * @param forwardedFromChannelId our id of the origin channel or, if we do not have it, another stable key; null if the post
     *     is not a forward
     * @param replyToPostId null if the post is not a reply
     * @param revision of the content. A store that commits on its own ignores a revision below the stored one: the lock of the post,
     *     which keeps writers in order, may have been lost during the write
     */
    record PostGraph(
            UUID tenantId,
            UUID postId,
            UUID channelId,
            List<String> tags,
            List<String> urls,
            List<String> imageSha256s,
            Long albumId,
            int albumPosition,
            String forwardedFromChannelId,
            UUID replyToPostId,
            long revision) {
        static final int MOST_TAGS = 50;
        static final int LONGEST_TAG = 200;
        static final int LONGEST_URL = 2_000;

        /** The same content as another revision. */
        public PostGraph at(long other) {
            return new PostGraph(
                    tenantId,
                    postId,
                    channelId,
                    tags,
                    urls,
                    imageSha256s,
                    albumId,
                    albumPosition,
                    forwardedFromChannelId,
                    replyToPostId,
                    other);
        }

        public PostGraph {
            tags = tags.stream()
                    .filter(tag -> tag.length() <= LONGEST_TAG)
                    .map(TagKey::of)
                    .filter(tag -> !tag.isEmpty() && tag.length() <= LONGEST_TAG)
                    .distinct()
                    .limit(MOST_TAGS)
                    .toList();
            urls = urls.stream()
                    .filter(url -> url.getBytes(StandardCharsets.UTF_8).length <= LONGEST_URL)
                    .distinct()
                    .toList();
            imageSha256s = imageSha256s.stream().distinct().toList();
        }
    }

    /** How many nodes and relationships a write created; 0 and 0 for a replay. */
    record GraphChange(int nodesCreated, int relationshipsCreated) {}

    /**
     * Updates the graph to match the posts, in one transaction. Removes relationships that a post no longer has; a replay changes
     * nothing. The target of a reply gets its node even before it is seen itself. If the list contains a post twice, the last
     * one counts.
     */
    GraphChange apply(List<PostGraph> posts);

    /**
     * Removes the posts and their relationships; decreases co-occurrence weights. Also removes the nodes that only these posts were
     * related to, unless another transaction writes at the same moment: then {@link #removeOrphans} finds them. Ignores unknown
     * posts.
     */
    void remove(UUID tenantId, Collection<UUID> postIds);

    /**
     * What a user is interested in.
     *
     * @param weights more than 0, to 1, by tag in any form; of two forms of a tag the greater weight counts. As with posts, tags of more
     *     than {@value PostGraph#LONGEST_TAG} characters are left out
     */
    record UserInterests(UUID tenantId, long userId, Map<String, Double> weights) {
        public UserInterests {
            Map<String, Double> byKey = new TreeMap<>();
            weights.forEach((tag, weight) -> {
                String key = tag.length() > PostGraph.LONGEST_TAG ? "" : TagKey.of(tag);
                if (!key.isEmpty() && key.length() <= PostGraph.LONGEST_TAG) {
                    byKey.merge(key, weight, Math::max);
                }
            });
            weights = Collections.unmodifiableMap(byKey);
        }
    }

    /**
     * Updates {@code INTERESTED_IN} to match the interests of these users, in one transaction; a replay changes nothing. The nodes of tags
     * that are left without relationships stay until {@link #removeOrphans}.
     *
     * @param users each once
     */
    void applyInterests(List<UserInterests> users);

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
     * A post near others in the graph.
     *
     * @param weight sum over the shared tags of 1 / number of posts that carry the tag: rare shared tags weigh most
     * @param sharedTags number of tags shared with the starting point
     */
    record Neighbour(UUID postId, double weight, int sharedTags) {}

    /**
     * Other posts that share tags with the given ones, heaviest first. Skips tags carried by more than {@value #HUB} posts: they do
     * not indicate similarity, and skipping them bounds the work.
     */
    List<Neighbour> neighboursOfPosts(UUID tenantId, Collection<UUID> postIds, int limit);

    /** Why the graph cannot be used now; empty if it can, or if it is in the database, which has a check of its own. */
    default Optional<String> problem() {
        return Optional.empty();
    }
}
