/**
 * The stage {@code retagging}: tags posts again with the text of their pictures.
 *
 * <p>Uses: events, idempotency, posts, tagging.
 */
package routes.retagging;
