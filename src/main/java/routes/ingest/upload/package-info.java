/**
 * Receives an export over HTTP and unpacks it within limits while it arrives.
 *
 * <p>Uses: no other package.
 */
package routes.ingest.upload;
