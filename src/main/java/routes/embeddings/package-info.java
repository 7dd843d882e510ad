/**
 * Vectors of texts.
 *
 * <p>Uses: text.
 */
package routes.embeddings;
