/**
 * Relationships between posts, channels and tags, independent of the store.
 *
 * <p>Uses: text.
 */
package routes.graph;
