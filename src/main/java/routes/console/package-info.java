/**
 * Hawtio and Jolokia on the management port: login and access restrictions.
 *
 * <p>Uses: no other package.
 */
package routes.console;
