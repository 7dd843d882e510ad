/**
 * The stage {@code vision}: analyses the pictures of posts.
 *
 * <p>Uses: configuration, events, idempotency, llm, objectstore, posts, redis, stages.
 */
package routes.vision;
