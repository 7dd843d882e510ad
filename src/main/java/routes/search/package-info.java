/**
 * Search: the query language, the ranking of words and vectors, related posts, snippets.
 *
 * <p>Uses: configuration, embeddings, events, graph, llm, text, vectorindex.
 */
package routes.search;
