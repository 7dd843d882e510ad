/**
 * Operations of the HTTP API: a controller for each resource, and what its queries read. Controllers without a state of their own are
 * records: their components are what they use.
 *
 * <p>Uses: answers, api.access, api.http, article, backup, configuration, crawltrigger, delivery, digests, events, feeds, ingest, ingest.preview, ingest.upload, interests,
 * llm, objectstore, operations, posts, redis, replay, routefiles, schedule, search, telegram, text, timeline, trends, vectorindex, web.
 */
package routes.api;
