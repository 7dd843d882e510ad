/**
 * The Camel component {@code redis-streams}: consumer groups, acknowledgement after the exchange, redelivery, dead letters and
 * outage handling.
 *
 * <p>Uses: redis.
 */
package routes.redisstreams;
