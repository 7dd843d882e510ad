/**
 * The program: its command line, start, failures and end.
 *
 * <p>Uses: api.access, backup, configuration, embedded, events, objectstore, objectstore.folder, objectstore.s3, operations, redis, routefiles, tdlib,
 * telegram.
 */
package routes;
