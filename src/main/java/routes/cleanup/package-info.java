/**
 * The stage {@code cleanup} and its sweep: a deleted post leaves the index, the graph and its tags.
 *
 * <p>Uses: events, graph, posts, schedule, vectorindex.
 */
package routes.cleanup;
