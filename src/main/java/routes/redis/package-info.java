/**
 * The way to Redis for everything in this process: connections with time-outs, scripts, and the administration of streams. Usable
 * without Camel.
 *
 * <p>Uses: no other package.
 */
package routes.redis;
