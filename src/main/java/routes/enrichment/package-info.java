/**
 * The stage {@code enrichment}: joins what is known of a post into one event for the index.
 *
 * <p>Uses: events, posts.
 */
package routes.enrichment;
