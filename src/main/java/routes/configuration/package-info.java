/**
 * Settings that no stage owns, and what all settings share: their names, their checks, secrets, cron expressions.
 *
 * <p>Uses: no other package.
 */
package routes.configuration;
