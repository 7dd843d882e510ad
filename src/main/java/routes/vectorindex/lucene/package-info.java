/**
 * The index as Lucene files.
 *
 * <p>Uses: embedded, text, vectorindex.
 */
package routes.vectorindex.lucene;
