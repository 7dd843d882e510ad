/**
 * Model providers: the chain, passes of calls, permits, quotas, circuit breakers, HTTP with its limits. Contains no prompts.
 *
 * <p>Uses: configuration, redis.
 */
package routes.llm;
