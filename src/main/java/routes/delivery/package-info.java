/**
 * The Telegram bot: delivers digests to the chats of linked users, and answers their commands.
 *
 * <p>Uses: digests, events, posts, search, trends.
 */
package routes.delivery;
