/**
 * Posts in the database: merging of versions, tombstones, and the events of a change.
 *
 * <p>Uses: events, objectstore, outbox.
 */
package routes.posts;
