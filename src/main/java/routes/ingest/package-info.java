/**
 * Imports: jobs, albums, media files, and the way of a message of any source into the database.
 *
 * <p>Uses: events, ingest.export, ingest.upload, objectstore, outbox, posts.
 */
package routes.ingest;
