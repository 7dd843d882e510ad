/**
 * The program: its command line, and how it starts, fails and ends.
 *
 * <p>Uses: api.access, backup, configuration, embedded, events, objectstore, objectstore.folder, objectstore.s3, operations, redis, routefiles, tdlib,
 * telegram.
 */
package routes;
