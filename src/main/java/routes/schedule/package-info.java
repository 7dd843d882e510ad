/**
 * Jobs: when they are due, and one runner over all processes.
 *
 * <p>Uses: configuration.
 */
package routes.schedule;
