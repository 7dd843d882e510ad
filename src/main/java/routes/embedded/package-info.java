/**
 * PostgreSQL and Redis: the servers that the program starts in its data folder, or the addresses of external servers.
 *
 * <p>Uses: configuration.
 */
package routes.embedded;
