/**
 * The Camel component {@code redis-streams}: consumer groups with acknowledgement after the exchange, retries, dead letters and
 * outage handling.
 *
 * <p>Uses: redis.
 */
package routes.redisstreams;
