/**
 * Posts in the database: merging of versions, tombstones, and the events of changes.
 *
 * <p>Uses: database, events, objectstore, outbox.
 */
package routes.posts;
