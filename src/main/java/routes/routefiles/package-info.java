/**
 * Finds, validates and loads the route files of the product and of integrators.
 *
 * <p>Uses: configuration, events, routefiles.check, routefiles.model, routefiles.yaml.
 */
package routes.routefiles;
