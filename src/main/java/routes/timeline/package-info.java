/**
 * The processing history of each post, stage by stage.
 *
 * <p>Uses: events, redisstreams, stages, tracing.
 */
package routes.timeline;
