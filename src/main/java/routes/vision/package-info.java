/**
 * The stage {@code vision}: finds out what the pictures of posts show.
 *
 * <p>Uses: configuration, events, idempotency, llm, objectstore, posts, redis, stages.
 */
package routes.vision;
