/**
 * Storage of media files, independent of the kind of store.
 *
 * <p>Uses: no other package.
 */
package routes.objectstore;
