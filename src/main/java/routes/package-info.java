/**
 * The program: its command line, and how it starts, fails and ends.
 *
 * <p>Uses: api.access, configuration, events, operations, routefiles.
 */
package routes;
