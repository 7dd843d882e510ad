/**
 * The index as Lucene files.
 *
 * <p>Uses: embedded, embeddings, text, vectorindex, vectorindex.words.
 */
package routes.vectorindex.lucene;
