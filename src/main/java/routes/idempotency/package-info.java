/**
 * A Camel idempotent repository in Redis, which records the events that were processed.
 *
 * <p>Uses: redis, redisstreams, stages.
 */
package routes.idempotency;
