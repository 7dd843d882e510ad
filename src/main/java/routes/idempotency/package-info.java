/**
 * A Camel idempotent repository in Redis, which records the events that were processed.
 *
 * <p>Uses: redisstreams, stages.
 */
package routes.idempotency;
