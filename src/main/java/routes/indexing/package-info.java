/**
 * The stages {@code indexing} and {@code indexing-albums}: write posts to the vector index and the graph.
 *
 * <p>Uses: embeddings, events, graph, posts, vectorindex.
 */
package routes.indexing;
