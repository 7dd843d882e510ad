/**
 * The Camel component {@code redis-streams}: consumer groups with acknowledgement after the exchange, retries, dead letters and
 * outages.
 *
 * <p>Uses: no other package.
 */
package routes.redisstreams;
