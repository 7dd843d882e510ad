/**
 * The stage {@code retagging}: tags posts again with the words of their pictures.
 *
 * <p>Uses: events, idempotency, posts, tagging.
 */
package routes.retagging;
