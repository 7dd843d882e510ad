/**
 * The graph in a Neo4j server.
 *
 * <p>Uses: configuration, graph.
 */
package routes.graph.neo4j;
