/**
 * General settings, and the common handling of all settings: names, validation, secrets, cron expressions.
 *
 * <p>Uses: no other package.
 */
package routes.configuration;
