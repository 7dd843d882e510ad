/**
 * The stage {@code tag-persistence}: stores the tags of posts.
 *
 * <p>Uses: events, posts.
 */
package routes.tagpersistence;
