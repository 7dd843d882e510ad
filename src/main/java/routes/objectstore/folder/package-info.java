/**
 * Media files in a folder, named by their content.
 *
 * <p>Uses: configuration, embedded, objectstore.
 */
package routes.objectstore.folder;
