/**
 * Finds posts that the pipeline lost and publishes them again; rebuilds the index.
 *
 * <p>Uses: albums, events, outbox, posts, redis, schedule, stages, vectorindex.
 */
package routes.reconcile;
