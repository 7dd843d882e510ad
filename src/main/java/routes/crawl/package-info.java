/**
 * The stage {@code crawl}: reads the pages that posts link to.
 *
 * <p>Uses: article, crawl4ai, events, idempotency, objectstore, outbox, posts, redis, web.
 */
package routes.crawl;
