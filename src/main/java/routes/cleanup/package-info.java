/**
 * The stage {@code cleanup} and its sweep: removes deleted posts from the index and the graph, and their tags.
 *
 * <p>Uses: events, graph, posts, redis, schedule, vectorindex.
 */
package routes.cleanup;
