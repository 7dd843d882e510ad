/**
 * How the HTTP API speaks: problem details, JSON, pages of results, limits of bodies and connections.
 *
 * <p>Uses: embedded, events, replay, vectorindex.
 */
package routes.api.http;
