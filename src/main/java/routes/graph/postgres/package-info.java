/**
 * The graph in PostgreSQL.
 *
 * <p>Uses: graph.
 */
package routes.graph.postgres;
