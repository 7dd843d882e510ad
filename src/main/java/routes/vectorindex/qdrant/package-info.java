/**
 * The index in a Qdrant server.
 *
 * <p>Uses: text, vectorindex, vectorindex.words.
 */
package routes.vectorindex.qdrant;
