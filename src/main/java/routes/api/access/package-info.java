/**
 * Access control over HTTP: API keys, roles, tenants, rate limits, database access for the caller, and protection against pages of other
 * sites.
 *
 * <p>Uses: api.http, configuration, console, events, routefiles.
 */
package routes.api.access;
