/**
 * Route files as the rules see them: routes, templates, steps, endpoints.
 *
 * <p>Uses: routefiles, routefiles.yaml.
 */
package routes.routefiles.model;
