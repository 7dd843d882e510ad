/**
 * Digests of the posts of a period: schedule, selection of posts, and text.
 *
 * <p>Uses: answers, configuration, events, interests, outbox, posts, schedule, stories, text.
 */
package routes.digests;
