/**
 * What operators do with streams, dead letters and posts: look, publish again, remove, pause. One service for the MBean, the HTTP API
 * and the command line; each change is recorded in the operators' audit.
 *
 * <p>Uses: crawltrigger, events, idempotency, posts, reconcile, redis, schedule, stages.
 */
package routes.replay;
