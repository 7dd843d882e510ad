/**
 * The way into the web: the one form of an address, the guard of private networks, and the fetcher of pages.
 *
 * <p>Uses: no other package.
 */
package routes.web;
