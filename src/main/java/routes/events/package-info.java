/**
 * Events and streams of the pipeline: event records, their representation in Redis, their schemas, and the catalogue of streams.
 *
 * <p>Uses: no other package.
 */
package routes.events;
