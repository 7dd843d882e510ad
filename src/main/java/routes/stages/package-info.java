/**
 * How routes handle events: read the entries of a batch, call a bean for them, write an answer for each. Knows no stage.
 *
 * <p>Uses: events, redisstreams, tracing.
 */
package routes.stages;
