/**
 * The stage {@code tagging}: prompts, reading of answers, rules of tags, states of posts.
 *
 * <p>Uses: configuration, events, idempotency, llm, posts, stages, text.
 */
package routes.tagging;
