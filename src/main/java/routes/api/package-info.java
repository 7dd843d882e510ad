/**
 * Operations of the HTTP API: a controller for each resource, and what its queries read.
 *
 * <p>Uses: api.http, events, ingest, ingest.upload, llm, objectstore, operations, posts, routefiles, search, text, timeline.
 */
package routes.api;
