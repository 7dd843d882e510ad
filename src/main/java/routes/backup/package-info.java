/**
 * Backup of a running installation, and its restore to an empty installation: the database, the objects, the streams and the dead letters.
 *
 * <p>Uses: events, objectstore, redis, replay.
 */
package routes.backup;
