/**
 * The index in a Qdrant server.
 *
 * <p>Uses: configuration, text, vectorindex, vectorindex.words.
 */
package routes.vectorindex.qdrant;
