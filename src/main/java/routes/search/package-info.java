/**
 * Search: the query language, the ranking of words and vectors, related posts, snippets.
 *
 * <p>Uses: embeddings, graph, text, vectorindex.
 */
package routes.search;
