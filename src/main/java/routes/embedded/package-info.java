/**
 * PostgreSQL and Redis: the servers that the program starts in its data folder, or the addresses of others.
 *
 * <p>Uses: configuration.
 */
package routes.embedded;
