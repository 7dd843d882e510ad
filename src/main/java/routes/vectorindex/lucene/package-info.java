/**
 * The index as Lucene files.
 *
 * <p>Uses: embedded, text, vectorindex, vectorindex.words.
 */
package routes.vectorindex.lucene;
