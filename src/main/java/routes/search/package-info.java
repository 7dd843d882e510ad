/**
 * Search: the query language, the ranking of words and vectors, related posts, snippets, and searches outside of the page.
 *
 * <p>Uses: configuration, embeddings, events, graph, llm, posts, text, vectorindex.
 */
package routes.search;
