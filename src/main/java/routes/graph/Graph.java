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
 * The graph of channels, posts, tags, pages, images and albums. Every node and every result belongs to one tenant. If the graph is on a
 * separate server that is unavailable, methods throw {@link GraphUnavailableException}.
 *
 * <p>{@code RELATED_TO} is stored once per pair of tags, from the tag whose name sorts first to the other tag; its weight is the number of
 * posts with both tags.
 */
public interface Graph {
    /** A tag of more posts than this is a hub. */
    int HUB = 1_000;

    /**
     * Everything the graph stores about one post; lists without duplicates.
     *
     * @param tags in any form; stored as {@link TagKey}, so that "нейросети" and "Нейросеть" are one tag; the first {@value #MOST_TAGS} of
     *     at most {@value #LONGEST_TAG} characters, because every pair of them is stored
     * @param urls only addresses of at most {@value #LONGEST_URL} bytes are stored: an index row of PostgreSQL holds no more than 2,704
     * @param imageSha256s lower-case hex
     * @param albumId {@code media_groups.id}; null for a post without album
     * @param albumPosition 0-based; ignored without album
     * @param forwardedFromChannelId stored id of the origin channel or, if the channel is not stored, another stable key; null if the post
     *     is not a forward
     * @param replyToPostId null if the post is not a reply
     * @param revision of the content. A store with separate transactions ignores a revision below the stored one, because the lock that
     *     serialises the writers of the post may have been lost during the write
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

        /** Returns the same content with another revision. */
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

    /** The number of nodes and relationships that a write created; both are 0 for a replay. */
    record GraphChange(int nodesCreated, int relationshipsCreated) {}

    /**
     * Updates the graph to match the posts, in one transaction. Removes relationships that a post no longer has; a replay changes nothing.
     * Creates the node of a reply's target even if the target is not stored yet. If the list contains a post twice, the last version is
     * used.
     */
    GraphChange apply(List<PostGraph> posts);

    /**
     * Removes the posts and their relationships; decreases co-occurrence weights. Also removes nodes that had relationships only with
     * these posts, unless another transaction writes at the same time; {@link #removeOrphans} then removes them. Ignores unknown posts.
     */
    void remove(UUID tenantId, Collection<UUID> postIds);

    /**
     * The interests of a user.
     *
     * @param weights greater than 0, up to 1, by tag in any form; if a tag occurs in two forms, the greater weight is used. As for posts,
     *     tags of more than {@value PostGraph#LONGEST_TAG} characters are ignored
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
     * Updates {@code INTERESTED_IN} to match the interests of these users, in one transaction; a replay changes nothing. Nodes of tags
     * without remaining relationships stay until {@link #removeOrphans}.
     *
     * @param users each user only once
     */
    void applyInterests(List<UserInterests> users);

    /**
     * Result of one step of the search for orphans.
     *
     * @param next start of the next step; null when the search is complete
     */
    record Orphans(int removed, String next) {}

    /**
     * Checks a number of nodes other than posts, and removes nodes without relationships: for example, tags of no post and no user's
     * interests.
     *
     * @param place empty to start, then {@code next} of the previous step
     * @param limit number of nodes to check
     */
    Orphans removeOrphans(String place, int limit);

    /**
     * A post near other posts in the graph.
     *
     * @param weight sum over the shared tags of 1 / number of posts with the tag, so that rare shared tags have the greatest weight
     * @param sharedTags number of tags shared with the given posts
     */
    record Neighbour(UUID postId, double weight, int sharedTags) {}

    /**
     * Returns other posts that share tags with the given posts, greatest weight first. Ignores tags of more than {@value #HUB} posts: they
     * do not indicate similarity, and ignoring them bounds the work.
     */
    List<Neighbour> neighboursOfPosts(UUID tenantId, Collection<UUID> postIds, int limit);

    /**
     * Returns why the graph is currently unavailable; empty if it is available, or if it is stored in the database, which has a separate
     * check.
     */
    default Optional<String> problem() {
        return Optional.empty();
    }
}
