/**
 * YAML with the place of each node.
 *
 * <p>Uses: routefiles.
 */
package routes.routefiles.yaml;
