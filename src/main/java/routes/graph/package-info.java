/**
 * Relationships between posts, channels and tags, independent of where they are stored.
 *
 * <p>Uses: text.
 */
package routes.graph;
