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
 * Removes nodes without relationships. Between looking and removing nobody may relate anything to them, and the rows of tags
 * are too hot to be locked one by one: whoever writes relationships shares a lock, which is held alone for the moment of the
 * removal.
 */
final class GraphOrphans {
    private static final String LOCK = "hashtextextended('graph nodes', 0)";

    /** For whoever writes relationships. */
    static final String KEEP_NODES = "select pg_advisory_xact_lock_shared(" + LOCK + ")";

    private final JdbcTemplate jdbc;

    GraphOrphans(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** Of what these relationships led to, whatever is related to nothing now. */
    void removeUnlessBusy(Collection<Edge> removed) {
        SortedSet<Node> nodes = new TreeSet<>(PostgresGraph.NODE_ORDER);
        for (Edge edge : removed) {
            nodes.add(edge.from());
            nodes.add(edge.to());
        }
        nodes.removeIf(node -> node.label().equals("Post"));
        // not waited for: the caller holds posts that those who share the lock may wait for
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

    /** One step through all nodes but posts, in the order of the primary key. */
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
