/**
 * Event handling in routes: reads the entries of a batch, calls a bean for them, writes an answer for each. Independent of the stages.
 *
 * <p>Uses: events, redisstreams, tracing.
 */
package routes.stages;
