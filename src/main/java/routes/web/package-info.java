/**
 * Web access: normalized addresses, the guard against private networks, the page fetcher, and the leases of hosts.
 *
 * <p>Uses: redis.
 */
package routes.web;
