/**
 * The stages {@code post-persistence} and {@code post-persistence-albums}: store posts and albums of other producers.
 *
 * <p>Uses: events, posts.
 */
package routes.postpersistence;
