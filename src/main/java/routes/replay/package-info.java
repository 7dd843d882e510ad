/**
 * Operations of operators on streams, dead letters and posts: list, replay, remove, pause. The MBean, the HTTP API and the command line
 * use this service; each change is recorded in the operators' audit.
 *
 * <p>Uses: crawltrigger, events, idempotency, posts, reconcile, redis, schedule, stages.
 */
package routes.replay;
