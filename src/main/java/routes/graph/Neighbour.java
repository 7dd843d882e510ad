package routes.graph;

import java.util.UUID;

/**
 * A post near others in the graph.
 *
 * @param weight sum over the shared tags of 1 / number of posts that carry the tag: rare shared tags weigh most
 * @param sharedTags number of tags shared with the starting point
 */
public record Neighbour(UUID postId, double weight, int sharedTags) {}
