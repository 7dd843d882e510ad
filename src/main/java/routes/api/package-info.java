/**
 * Operations of the HTTP API: a controller for each resource, and what its queries read.
 *
 * <p>Uses: answers, api.access, api.http, article, configuration, crawltrigger, events, ingest, ingest.preview, ingest.upload, llm,
 * objectstore, operations, posts, routefiles, search, telegram, text, timeline, vectorindex, web.
 */
package routes.api;
