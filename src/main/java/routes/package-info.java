/**
 * The program: its command line, and how it starts, fails and ends.
 *
 * <p>Uses: api.access, configuration, embedded, events, operations, routefiles, tdlib, telegram.
 */
package routes;
