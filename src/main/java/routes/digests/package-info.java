/**
 * Digests of the posts of a period: when they are due, which posts are in them, and how they are written.
 *
 * <p>Uses: answers, configuration, events, interests, outbox, posts, schedule, stories, text.
 */
package routes.digests;
