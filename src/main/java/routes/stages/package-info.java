/**
 * What routes do with events: read the entries of a batch, have a bean work on them, answer for each. Knows no stage.
 *
 * <p>Uses: events, redisstreams.
 */
package routes.stages;
