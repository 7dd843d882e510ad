/**
 * The tagger without a model.
 *
 * <p>Uses: events, llm, schedule, tagging, text.
 */
package routes.tagging.local;
