/**
 * Storage of media files, independent of the store.
 *
 * <p>Uses: no other package.
 */
package routes.objectstore;
