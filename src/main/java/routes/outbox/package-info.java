/**
 * Events that are stored in one transaction with what they tell, and their relay to the streams.
 *
 * <p>Uses: events.
 */
package routes.outbox;
