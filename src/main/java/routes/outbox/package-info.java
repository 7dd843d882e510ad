/**
 * Events that are stored in one transaction with the changes they report, and their relay to the streams.
 *
 * <p>Uses: database, events, redis, tracing.
 */
package routes.outbox;
