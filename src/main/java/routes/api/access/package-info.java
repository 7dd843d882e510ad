/**
 * Who may do what over HTTP: API keys, roles, tenants, rates, the database as a caller sees it, and protection
 * from pages of other sites.
 *
 * <p>Uses: api.http, configuration, console, events, routefiles.
 */
package routes.api.access;
