/**
 * Trends: tags and phrases that occur in more posts than usual.
 *
 * <p>Uses: configuration, events, outbox, posts, schedule, text.
 */
package routes.trends;
