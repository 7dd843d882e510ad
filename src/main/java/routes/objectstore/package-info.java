/**
 * Where media files are, independent of the kind of store.
 *
 * <p>Uses: no other package.
 */
package routes.objectstore;
