/**
 * The stages {@code post-persistence} and {@code post-persistence-albums}: store what posts and albums of other producers say.
 *
 * <p>Uses: events, posts.
 */
package routes.postpersistence;
