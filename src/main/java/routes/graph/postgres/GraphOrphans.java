package routes.graph.postgres;

import static routes.graph.postgres.PostgresGraph.column;

import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.graph.Graph;
import routes.graph.postgres.PostRelationships.Edge;
import routes.graph.postgres.PostRelationships.Node;

/**
 * Removes nodes without relationships. No transaction may add a relationship between the check and the removal, and the rows of
 * tags are too contended to be locked one by one. So transactions that write relationships share a lock, and the removal briefly
 * holds it exclusively.
 */
final class GraphOrphans {
    private static final String LOCK = "hashtextextended('graph nodes', 0)";

    /** For transactions that write relationships. */
    static final String KEEP_NODES = "select pg_advisory_xact_lock_shared(" + LOCK + ")";

    private final JdbcTemplate jdbc;

    GraphOrphans(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** Removes the nodes of these relationships that have no relationships left. */
    void removeUnlessBusy(Collection<Edge> removed) {
        SortedSet<Node> nodes = new TreeSet<>(PostgresGraph.NODE_ORDER);
        for (Edge edge : removed) {
            nodes.add(edge.from());
            nodes.add(edge.to());
        }
        nodes.removeIf(node -> node.label().equals("Post"));
        // does not wait: the caller holds posts that holders of the shared lock may wait for
        if (nodes.isEmpty()
                || !Boolean.TRUE.equals(
                        jdbc.queryForObject("select pg_try_advisory_xact_lock(" + LOCK + ")", Boolean.class))) {
            return;
        }
        removeUnrelated(nodes);
    }

    private int removeUnrelated(Collection<Node> nodes) {
        return jdbc.update(
                """
                delete from graph_nodes node
                using unnest(?::uuid[], ?::text[], ?::text[]) as seen (tenant_id, label, key)
                where node.tenant_id = seen.tenant_id and node.label = seen.label and node.key = seen.key
                    and not exists (select 1 from graph_edges edge where edge.tenant_id = node.tenant_id
                        and edge.from_label = node.label and edge.from_key = node.key)
                    and not exists (select 1 from graph_edges edge where edge.tenant_id = node.tenant_id
                        and edge.to_label = node.label and edge.to_key = node.key)
                """,
                column(nodes, node -> node.tenant().toString()),
                column(nodes, Node::label),
                column(nodes, Node::key));
    }

    /** One step through all nodes except posts, in primary key order. */
    Graph.Orphans remove(String place, int limit) {
        String[] after = place.isEmpty() ? new String[] {new UUID(0, 0).toString(), "", ""} : place.split(" ", 3);
        List<Node> nodes = jdbc.query(
                """
                select tenant_id, label, key from graph_nodes
                where (tenant_id, label, key) > (?::uuid, ?, ?) and label <> 'Post'
                order by tenant_id, label, key limit ?
                """,
                (row, i) ->
                        new Node(row.getObject("tenant_id", UUID.class), row.getString("label"), row.getString("key")),
                after[0],
                after[1],
                after[2],
                limit);
        if (nodes.isEmpty()) {
            return new Graph.Orphans(0, null);
        }
        jdbc.queryForList("select pg_advisory_xact_lock(" + LOCK + ")");
        int removed = removeUnrelated(nodes);
        Node last = nodes.get(nodes.size() - 1);
        return new Graph.Orphans(
                removed, nodes.size() < limit ? null : last.tenant() + " " + last.label() + " " + last.key());
    }
}
