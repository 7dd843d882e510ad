/**
 * Jobs: their schedule, and a single runner across all processes.
 *
 * <p>Uses: configuration.
 */
package routes.schedule;
