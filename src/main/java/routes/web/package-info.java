/**
 * The way into the web: the one form of an address, the guard of private networks, the fetcher of pages, and the leases of hosts.
 *
 * <p>Uses: redis.
 */
package routes.web;
