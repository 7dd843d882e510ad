/**
 * Operations of the HTTP API: a controller for each resource, and what its queries read.
 *
 * <p>Uses: api.access, api.http, events, ingest, ingest.upload, llm, objectstore, operations, posts, search, text, timeline, vectorindex.
 */
package routes.api;
