/**
 * Who may do what over HTTP: API keys, roles, tenants, rates, and protection from pages of other sites.
 *
 * <p>Uses: api, api.http, configuration, events.
 */
package routes.api.access;
