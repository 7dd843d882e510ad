/**
 * The object store on an S3-compatible server.
 *
 * <p>Uses: configuration, objectstore.
 */
package routes.objectstore.s3;
