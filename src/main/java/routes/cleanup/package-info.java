/**
 * The stage {@code cleanup} and its sweep: remove a deleted post from the index and the graph, and its tags.
 *
 * <p>Uses: events, graph, posts, redis, schedule, vectorindex.
 */
package routes.cleanup;
