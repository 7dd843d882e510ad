/**
 * Detection of posts that tell the same story in other words, across channels.
 *
 * <p>Uses: text.
 */
package routes.stories;
