/**
 * The client of crawl4ai, a server that reads pages with a browser.
 *
 * <p>Uses: web.
 */
package routes.crawl4ai;
