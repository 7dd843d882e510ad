/**
 * Hawtio and Jolokia on the management port: who may log in, and what of the JVM they show.
 *
 * <p>Uses: no other package.
 */
package routes.console;
