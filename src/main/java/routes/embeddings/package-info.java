/**
 * Text embeddings.
 *
 * <p>Uses: text.
 */
package routes.embeddings;
