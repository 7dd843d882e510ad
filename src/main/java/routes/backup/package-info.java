/**
 * Backup of an installation while it runs, and its restore into an empty one: the database, the objects, and what streams and dead
 * letters hold.
 *
 * <p>Uses: events, objectstore, redis, replay.
 */
package routes.backup;
