/**
 * Which events were processed before, as a Camel idempotent repository in Redis.
 *
 * <p>Uses: redisstreams, stages.
 */
package routes.idempotency;
