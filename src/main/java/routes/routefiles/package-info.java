/**
 * Finds, validates and loads the route files of the product and of integrators.
 *
 * <p>Uses: configuration, events, redisstreams.
 */
package routes.routefiles;
