/**
 * The rules for route files.
 *
 * <p>Uses: events, redisstreams, routefiles, routefiles.model, routefiles.yaml.
 */
package routes.routefiles.check;
