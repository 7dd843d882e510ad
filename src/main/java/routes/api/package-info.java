/**
 * Operations of the HTTP API: one controller per resource, and the queries behind them. Stateless controllers are records whose components
 * are their dependencies.
 *
 * <p>Uses: answers, api.access, api.http, article, backup, configuration, crawltrigger, delivery, digests, events, feeds, ingest, ingest.preview, ingest.upload, interests,
 * llm, objectstore, operations, posts, redis, replay, routefiles, schedule, search, telegram, text, timeline, trends, vectorindex, web.
 */
package routes.api;
