/**
 * The graph in PostgreSQL.
 *
 * <p>Uses: graph, text.
 */
package routes.graph.postgres;
