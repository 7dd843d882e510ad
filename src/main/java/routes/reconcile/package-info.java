/**
 * Finds posts that the pipeline lost and publishes them again; rebuilds the index.
 *
 * <p>Uses: events, outbox, posts, redis, schedule, stages, vectorindex.
 */
package routes.reconcile;
