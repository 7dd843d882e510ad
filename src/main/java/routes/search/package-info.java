/**
 * Search: a query, its filters, and the fusion of what index and graph find.
 *
 * <p>Uses: embeddings, graph, text, vectorindex.
 */
package routes.search;
