/**
 * The stage {@code tagging}: prompts, parsing of answers, tag rules, post states.
 *
 * <p>Uses: configuration, events, idempotency, llm, posts, stages, text.
 */
package routes.tagging;
