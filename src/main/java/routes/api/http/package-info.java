/**
 * HTTP conventions of the API: problem details, JSON, pages of results, limits of bodies and connections.
 *
 * <p>Uses: embedded, events, replay, vectorindex.
 */
package routes.api.http;
