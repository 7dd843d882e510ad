/**
 * The interests of users: derived from their questions, the posts that they open and the topics of their digests.
 *
 * <p>Uses: graph, schedule, text.
 */
package routes.interests;
