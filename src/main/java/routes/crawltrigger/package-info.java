/**
 * The stage {@code crawl-trigger}: decides which links of a tagged post are fetched, within the budgets of the policy.
 *
 * <p>Uses: configuration, crawl, events, outbox, posts, redis, text, web.
 */
package routes.crawltrigger;
