/**
 * Start, jobs, health, metrics and MBeans.
 *
 * <p>Uses: albums, answers, backup, cleanup, configuration, console, crawl, crawl4ai, crawltrigger, digests, embedded, embeddings, events, graph, idempotency, indexing, ingest, ingest.export, ingest.upload, llm,
 * objectstore, outbox, posts, reconcile, redis, redisstreams, replay, retagging, routefiles, schedule, stages, tagging, telegram, timeline, vectorindex, vision,
 * web.
 */
package routes.operations;
