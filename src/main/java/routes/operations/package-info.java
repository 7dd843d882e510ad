/**
 * Start, jobs, health, metrics and MBeans: what operators run and see.
 *
 * <p>Uses: configuration, embedded, embeddings, events, idempotency, ingest, ingest.export, ingest.upload, llm, outbox, posts,
 * reconcile, redis, redisstreams, routefiles, routefiles.model, schedule, stages, tagging, timeline, vectorindex.
 */
package routes.operations;
