package routes.graph.postgres;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.graph.Graph;
import routes.graph.Relations;
import routes.graph.Relations.Edge;
import routes.graph.Relations.Node;
import routes.graph.Relations.Pair;

/**
 * The graph in the tables {@code graph_nodes} and {@code graph_edges}; the label is the kind of the node, the key identifies it.
 *
 * <p>Workers cannot deadlock, because every transaction acquires its locks in the same order: nodes other than posts, posts, pairs of
 * tags, each sorted. The lock on a post's row allows only one transaction at a time to compare its old and new tags, which keeps {@code
 * RELATED_TO.weight} equal to the number of posts with both tags.
 *
 * <p>No transaction may add a relationship while another one removes its node as an orphan, and the rows of tags are too contended for
 * individual locks. Therefore transactions that write relationships share a lock, and the removal briefly holds it exclusively.
 */
@Component
@ConditionalOnProperty(prefix = "graph", name = "store", havingValue = "postgres")
@ConditionalOnExpression("'${neo4j.uri:}'.isBlank()")
public final class PostgresGraph implements Graph {
    private static final int TRANSACTION_TIMEOUT_SECONDS = 30;
    private static final String NODES_LOCK = "hashtextextended('graph nodes', 0)";
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    public PostgresGraph(JdbcClient jdbc, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        transaction = new TransactionTemplate(transactions);
        transaction.setTimeout(TRANSACTION_TIMEOUT_SECONDS);
    }

    @Override
    public GraphChange apply(List<PostGraph> graphs) {
        Map<Node, PostGraph> newest = Relations.newest(graphs);
        Set<Edge> edges = Relations.of(newest);
        SortedSet<Node> nodes = Relations.ends(edges);
        return transaction.execute(status -> {
            int nodesCreated =
                    insert(nodes.stream().filter(node -> !node.isPost()).toList())
                            + lock(nodes.stream().filter(Node::isPost).toList());
            Set<Edge> stored = edgesOf(newest.keySet());
            List<Edge> outdated =
                    stored.stream().filter(edge -> !edges.contains(edge)).toList();
            List<Edge> missing =
                    edges.stream().filter(edge -> !stored.contains(edge)).toList();
            if (outdated.isEmpty() && missing.isEmpty()) {
                return new GraphChange(nodesCreated, 0);
            }
            replace(outdated, missing);
            return new GraphChange(nodesCreated, missing.size() + changeWeights(stored, edges));
        });
    }

    @Override
    public void remove(UUID tenantId, Collection<UUID> postIds) {
        SortedSet<Node> posts = new TreeSet<>();
        postIds.forEach(postId -> posts.add(Node.post(tenantId, postId)));
        String[] keys = column(posts, Node::key);
        transaction.executeWithoutResult(status -> {
            lock(posts);
            Set<Edge> stored = edgesOf(posts);
            for (String where : List.of( // includes relationships that point to the posts, such as replies
                    "graph_edges WHERE tenant_id = ? AND from_label = 'Post' AND from_key = ANY (?)",
                    "graph_edges WHERE tenant_id = ? AND to_label = 'Post' AND to_key = ANY (?)",
                    "graph_nodes WHERE tenant_id = ? AND label = 'Post' AND key = ANY (?)")) {
                jdbc.sql("DELETE FROM " + where).params(tenantId, keys).update();
            }
            changeWeights(stored, Set.of());
            SortedSet<Node> left = Relations.ends(stored);
            left.removeIf(Node::isPost);
            // do not wait for the lock: this transaction holds posts for which holders of the shared lock may wait
            if (!left.isEmpty()
                    && jdbc.sql("SELECT pg_try_advisory_xact_lock(" + NODES_LOCK + ")")
                            .query(Boolean.class)
                            .single()) {
                removeUnrelated(left);
            }
        });
    }

    @Override
    public void applyInterests(List<UserInterests> users) {
        SortedMap<Edge, Double> edges = Relations.of(users);
        List<Node> nodes = users.stream().map(Relations::user).toList();
        transaction.executeWithoutResult(status -> {
            insert(Relations.ends(edges.keySet()));
            jdbc.sql(
                            """
                            DELETE FROM graph_edges edge
                            USING unnest(?::uuid[], ?::text[], ?::text[]) AS node (tenant_id, label, key)
                            WHERE edge.tenant_id = node.tenant_id AND edge.from_label = node.label AND edge.from_key = node.key
                                AND edge.type = 'INTERESTED_IN' AND (edge.tenant_id, edge.from_key, edge.to_key) NOT IN (
                                    SELECT * FROM unnest(?::uuid[], ?::text[], ?::text[]))""")
                    .params(columns(nodes))
                    .param(edges.keySet().stream()
                            .map(edge -> edge.from().tenant())
                            .toArray(UUID[]::new))
                    .param(column(edges.keySet(), edge -> edge.from().key()))
                    .param(column(edges.keySet(), edge -> edge.to().key()))
                    .update();
            jdbc.sql(
                            """
                            INSERT INTO graph_edges (tenant_id, from_label, from_key, type, to_label, to_key, weight)
                            SELECT * FROM unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::float8[])
                            ON CONFLICT (tenant_id, from_label, from_key, type, to_label, to_key)
                                DO UPDATE SET weight = excluded.weight WHERE graph_edges.weight <> excluded.weight""")
                    .params(keys(edges.keySet()))
                    .param(edges.values().toArray(Double[]::new))
                    .update();
        });
    }

    /** Checks nodes except posts, in primary key order. */
    @Override
    public Orphans removeOrphans(String place, int limit) {
        // the place may come from another store
        String[] after = place.matches("(?s)[0-9a-f-]{36} \\w+ .*")
                ? place.split(" ", 3)
                : new String[] {new UUID(0, 0).toString(), "", ""};
        return transaction.execute(status -> {
            List<Node> nodes = jdbc.sql(
                            """
                            SELECT tenant_id AS tenant, label, key FROM graph_nodes
                            WHERE (tenant_id, label, key) > (?::uuid, ?, ?) AND label <> 'Post'
                            ORDER BY tenant_id, label, key LIMIT ?""")
                    .params(after[0], after[1], after[2], limit)
                    .query(Node.class)
                    .list();
            if (nodes.isEmpty()) {
                return new Orphans(0, null);
            }
            jdbc.sql("SELECT pg_advisory_xact_lock(" + NODES_LOCK + ")")
                    .query((row, n) -> true)
                    .list();
            int removed = removeUnrelated(nodes);
            Node last = nodes.get(nodes.size() - 1);
            return new Orphans(
                    removed, nodes.size() < limit ? null : last.tenant() + " " + last.label() + " " + last.key());
        });
    }

    private int removeUnrelated(Collection<Node> nodes) {
        return jdbc.sql(
                        """
                        DELETE FROM graph_nodes node
                        USING unnest(?::uuid[], ?::text[], ?::text[]) AS seen (tenant_id, label, key)
                        WHERE node.tenant_id = seen.tenant_id AND node.label = seen.label AND node.key = seen.key
                            AND NOT EXISTS (SELECT 1 FROM graph_edges edge WHERE edge.tenant_id = node.tenant_id
                                AND edge.from_label = node.label AND edge.from_key = node.key)
                            AND NOT EXISTS (SELECT 1 FROM graph_edges edge WHERE edge.tenant_id = node.tenant_id
                                AND edge.to_label = node.label AND edge.to_key = node.key)""")
                .params(columns(nodes))
                .update();
    }

    @Override
    public List<Neighbour> neighboursOfPosts(UUID tenantId, Collection<UUID> postIds, int limit) {
        return jdbc.sql(
                        """
                        WITH tag AS (
                            SELECT DISTINCT to_key AS name FROM graph_edges
                            WHERE tenant_id = :tenant AND from_label = 'Post' AND from_key = ANY (:posts) AND type = 'TAGGED_AS')
                        SELECT from_key::uuid AS post_id, sum(1.0 / carriers) AS weight, count(*) AS shared_tags
                        FROM (
                            SELECT edge.from_key, count(*) OVER (PARTITION BY tag.name) AS carriers
                            FROM tag CROSS JOIN LATERAL (
                                SELECT from_key FROM graph_edges
                                WHERE tenant_id = :tenant AND to_label = 'Tag' AND to_key = tag.name AND type = 'TAGGED_AS'
                                LIMIT :hub + 1) AS edge) AS carrier
                        WHERE carriers <= :hub AND from_key <> ALL (:posts)
                        GROUP BY from_key
                        ORDER BY weight DESC, from_key
                        LIMIT :limit""")
                .param("tenant", tenantId)
                .param("posts", column(postIds, UUID::toString))
                .param("hub", HUB)
                .param("limit", limit)
                .query(Neighbour.class)
                .list();
    }

    /**
     * Inserts the nodes, and waits for nodes that another transaction is creating. From here to the end of the transaction, no node can be
     * removed.
     */
    private int insert(Collection<Node> nodes) {
        return jdbc.sql(
                        """
                        WITH guard AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(%s))
                        INSERT INTO graph_nodes (tenant_id, label, key)
                        SELECT node.* FROM guard, unnest(?::uuid[], ?::text[], ?::text[]) AS node
                        ON CONFLICT DO NOTHING"""
                                .formatted(NODES_LOCK))
                .params(columns(nodes))
                .update();
    }

    /**
     * Locks the rows of the posts. Creates missing rows first, because a row that does not exist cannot be locked. Returns the number of
     * nodes created.
     */
    private int lock(Collection<Node> posts) {
        return jdbc.sql(
                        """
                        WITH locked AS (
                            INSERT INTO graph_nodes (tenant_id, label, key)
                            SELECT * FROM unnest(?::uuid[], ?::text[], ?::text[])
                            ON CONFLICT (tenant_id, label, key) DO UPDATE SET label = excluded.label
                            RETURNING xmax = 0 AS inserted)
                        SELECT count(*) FILTER (WHERE inserted) FROM locked""")
                .params(columns(posts))
                .query(Integer.class)
                .single();
    }

    /**
     * Returns the stored relationships of the posts: those that start at the posts, and those of the channel and album that contain them.
     */
    private Set<Edge> edgesOf(Set<Node> posts) {
        return new LinkedHashSet<>(jdbc.sql(
                        """
                        WITH post AS (SELECT * FROM unnest(?::uuid[], ?::text[], ?::text[]) AS post (tenant_id, label, key))
                        SELECT edge.*, (properties ->> 'position')::int AS position FROM graph_edges edge JOIN post
                            ON edge.tenant_id = post.tenant_id AND edge.from_label = 'Post' AND edge.from_key = post.key
                        UNION ALL
                        SELECT edge.*, (properties ->> 'position')::int AS position FROM graph_edges edge JOIN post
                            ON edge.tenant_id = post.tenant_id AND edge.to_label = 'Post' AND edge.to_key = post.key
                                AND edge.type IN ('HAS_POST', 'CONTAINS')""")
                .params(columns(posts))
                .query((row, n) -> {
                    UUID tenant = row.getObject("tenant_id", UUID.class);
                    return new Edge(
                            new Node(tenant, row.getString("from_label"), row.getString("from_key")),
                            row.getString("type"),
                            new Node(tenant, row.getString("to_label"), row.getString("to_key")),
                            row.getObject("position", Integer.class));
                })
                .list());
    }

    private void replace(List<Edge> outdated, List<Edge> missing) {
        jdbc.sql(
                        """
                        DELETE FROM graph_edges edge
                        USING unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
                            AS old (tenant_id, from_label, from_key, type, to_label, to_key)
                        WHERE (edge.tenant_id, edge.from_label, edge.from_key, edge.type, edge.to_label, edge.to_key)
                            = (old.tenant_id, old.from_label, old.from_key, old.type, old.to_label, old.to_key)""")
                .params(keys(outdated))
                .update();
        jdbc.sql(
                        """
                        INSERT INTO graph_edges (tenant_id, from_label, from_key, type, to_label, to_key, properties)
                        SELECT tenant_id, from_label, from_key, type, to_label, to_key,
                            jsonb_strip_nulls(jsonb_build_object('position', position))
                        FROM unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::int[])
                            AS edge (tenant_id, from_label, from_key, type, to_label, to_key, position)""")
                .params(keys(missing))
                .param(missing.stream().map(Edge::position).toArray(Integer[]::new))
                .update();
    }

    /**
     * Subtracts the previous tag pairs of the posts from the weights of {@code RELATED_TO} and adds the current ones. The caller holds the
     * locks of the posts; this method locks the rows of the pairs, in the order of their names.
     *
     * @return number of newly related pairs
     */
    private int changeWeights(Collection<Edge> before, Collection<Edge> after) {
        Map<Pair, Integer> deltas = Relations.weightChanges(before, after);
        if (deltas.isEmpty()) {
            return 0;
        }
        Object[] pairs = {
            deltas.keySet().stream().map(Pair::tenant).toArray(UUID[]::new),
            column(deltas.keySet(), Pair::first),
            column(deltas.keySet(), Pair::second)
        };
        // One statement locks all the rows in the order of the pairs. xmax is 0 in a newly inserted row.
        int created = jdbc.sql(
                        """
                        WITH weighed AS (
                            INSERT INTO graph_edges (tenant_id, from_label, from_key, type, to_label, to_key, weight)
                            SELECT tenant_id, 'Tag', first, 'RELATED_TO', 'Tag', second, delta
                            FROM unnest(?::uuid[], ?::text[], ?::text[], ?::int[]) AS pair (tenant_id, first, second, delta)
                            ON CONFLICT (tenant_id, from_label, from_key, type, to_label, to_key)
                                DO UPDATE SET weight = graph_edges.weight + excluded.weight
                            RETURNING xmax = 0 AS inserted)
                        SELECT count(*) FILTER (WHERE inserted) FROM weighed""")
                .params(pairs)
                .param(deltas.values().toArray(Integer[]::new))
                .query(Integer.class)
                .single();
        jdbc.sql(
                        """
                        DELETE FROM graph_edges edge
                        USING unnest(?::uuid[], ?::text[], ?::text[]) AS pair (tenant_id, first, second)
                        WHERE edge.tenant_id = pair.tenant_id AND edge.from_label = 'Tag' AND edge.from_key = pair.first
                            AND edge.type = 'RELATED_TO' AND edge.to_label = 'Tag' AND edge.to_key = pair.second
                            AND edge.weight <= 0""")
                .params(pairs)
                .update();
        return created;
    }

    private static Object[] columns(Collection<Node> nodes) {
        return new Object[] {
            nodes.stream().map(Node::tenant).toArray(UUID[]::new), column(nodes, Node::label), column(nodes, Node::key)
        };
    }

    private static Object[] keys(Collection<Edge> edges) {
        return new Object[] {
            edges.stream().map(edge -> edge.from().tenant()).toArray(UUID[]::new),
            column(edges, edge -> edge.from().label()),
            column(edges, edge -> edge.from().key()),
            column(edges, Edge::type),
            column(edges, edge -> edge.to().label()),
            column(edges, edge -> edge.to().key())
        };
    }

    private static <T> String[] column(Collection<T> rows, Function<T, String> value) {
        return rows.stream().map(value).toArray(String[]::new);
    }
}
