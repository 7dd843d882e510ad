/**
 * Imports: jobs, albums, media files, and the path of a message from any source into the database.
 *
 * <p>Uses: events, ingest.export, ingest.upload, objectstore, outbox, posts, redis, tracing, web.
 */
package routes.ingest;
