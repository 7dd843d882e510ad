/**
 * What happened to each post, stage by stage.
 *
 * <p>Uses: events, redisstreams, stages.
 */
package routes.timeline;
