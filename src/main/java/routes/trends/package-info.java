/**
 * Trends: tags and phrases that more posts have than usual.
 *
 * <p>Uses: configuration, events, outbox, posts, schedule, text.
 */
package routes.trends;
