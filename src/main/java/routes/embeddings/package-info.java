/**
 * Text embeddings: hashed locally, or by a model.
 *
 * <p>Uses: configuration, events, llm, schedule, text.
 */
package routes.embeddings;
