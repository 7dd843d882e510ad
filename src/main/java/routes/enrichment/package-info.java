/**
 * The stage {@code enrichment}: combines the known data of a post into one event for the index.
 *
 * <p>Uses: events, posts.
 */
package routes.enrichment;
