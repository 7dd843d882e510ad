/**
 * Receives an export over HTTP and unpacks it within limits.
 *
 * <p>Uses: no other package.
 */
package routes.ingest.upload;
