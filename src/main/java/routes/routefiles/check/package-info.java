/**
 * The rules that route files must keep.
 *
 * <p>Uses: events, redisstreams, routefiles, routefiles.model, routefiles.yaml.
 */
package routes.routefiles.check;
