/**
 * Access to Redis for the whole process: connections with timeouts, scripts, and the administration of streams. Usable without Camel.
 *
 * <p>Uses: no other package.
 */
package routes.redis;
