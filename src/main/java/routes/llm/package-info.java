/**
 * Model providers: the chain, a pass of calls, permits, quotas, circuit breakers, HTTP with its limits. Knows no prompt.
 *
 * <p>Uses: configuration, redis.
 */
package routes.llm;
