/**
 * Events and streams of the pipeline: their records, their form in Redis, their schemas, the catalogue of streams.
 *
 * <p>Uses: no other package.
 */
package routes.events;
