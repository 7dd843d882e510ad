package routes.graph.neo4j;

import static org.neo4j.driver.Values.parameters;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.neo4j.driver.Transaction;
import org.neo4j.driver.Value;
import org.neo4j.driver.summary.SummaryCounters;
import org.neo4j.driver.types.MapAccessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.stereotype.Component;
import routes.graph.Graph;
import routes.graph.GraphUnavailableException;
import routes.graph.Relations;
import routes.graph.Relations.Edge;
import routes.graph.Relations.Node;
import routes.graph.Relations.Pair;

/**
 * The graph in Neo4j. A node is unique by its tenant and its key, and all keys are strings.
 *
 * <p>Writers of a tenant run one at a time, serialised by a lock on the node {@code Writer} of the tenant: the posts of a tenant share
 * channels and tags, so concurrent transactions would often deadlock. The lock makes the comparison of a post's old and new tags and the
 * change of the weights atomic, and prevents the removal of a node as an orphan while a relationship to it is written.
 *
 * <p>The number of statements of a batch depends only on the labels and types. Labels and types in the text of a query come only from
 * {@link Relations}; everything else is a parameter.
 */
@Component
@ConditionalOnExpression("!'${neo4j.uri:}'.isBlank() && !'none'.equalsIgnoreCase('${graph.store:}')")
public final class Neo4jGraph implements Graph, AutoCloseable {
    private static final SortedMap<String, String> KEYS = new TreeMap<>(Map.of(
            "Album", "album_id",
            "Channel", "channel_id",
            "Image", "sha256",
            "Post", "post_id",
            "Tag", "name",
            "User", "user_id",
            "WebPage", "url"));

    private static final Pattern PLACE =
            Pattern.compile("(" + String.join("|", KEYS.keySet()) + ") ([0-9a-f-]{36})? .*", Pattern.DOTALL);

    /** Makes each node of a label unique by tenant and property. */
    private static final String CONSTRAINT =
            "CREATE CONSTRAINT assistant_%1$s IF NOT EXISTS FOR (n:%1$s) REQUIRE (n.tenant_id%2$s) IS UNIQUE";

    private final Neo4jCalls calls;
    /** Reset after a failure: the server may restart with another, empty database. */
    private volatile boolean hasConstraints;

    public Neo4jGraph(Neo4jServerProperties properties) {
        calls = new Neo4jCalls(properties);
    }

    /** Creates the constraints first: without them, two writers could create the same node. Schema changes need separate transactions. */
    private <T> T write(Neo4jCalls.Work<T> work) {
        try {
            if (!hasConstraints) {
                calls.write(transaction -> {
                    KEYS.forEach((label, key) -> transaction
                            .run(CONSTRAINT.formatted(label, ", n." + key))
                            .consume());
                    return transaction.run(CONSTRAINT.formatted("Writer", "")).consume();
                });
                hasConstraints = true;
            }
            return calls.write(work);
        } catch (GraphUnavailableException e) {
            hasConstraints = false;
            throw e;
        }
    }

    @Override
    public GraphChange apply(List<PostGraph> graphs) {
        return write(transaction -> {
            Map<Node, PostGraph> newest = Relations.newest(graphs);
            takeTurn(transaction, newest.keySet());
            int created = create(transaction, newest.keySet());
            removeOutdated(transaction, newest);
            Set<Edge> edges = Relations.of(newest);
            created += create(transaction, Relations.ends(edges));
            Set<Edge> stored = edgesOf(transaction, newest.keySet());
            List<Edge> outdated =
                    stored.stream().filter(edge -> !edges.contains(edge)).toList();
            List<Edge> missing =
                    edges.stream().filter(edge -> !stored.contains(edge)).toList();
            delete(transaction, outdated);
            relate(transaction, missing);
            return new GraphChange(created, missing.size() + changeWeights(transaction, stored, edges));
        });
    }

    /** Waits until no other transaction writes posts of these tenants. Locks in sorted order, so that two batches cannot deadlock. */
    private static void takeTurn(Transaction transaction, Collection<Node> nodes) {
        List<Map<String, Object>> tenants = nodes.stream()
                .map(node -> node.tenant().toString())
                .distinct()
                .sorted()
                .map(tenant -> Map.<String, Object>of("tenant", tenant))
                .toList();
        // setting a property locks the node
        changed(
                transaction,
                "UNWIND $rows AS row MERGE (w:Writer {tenant_id: row.tenant}) SET w.turn = true REMOVE w.turn",
                tenants);
    }

    /** Stores the revisions of the posts, and removes posts from the map for which a newer revision is stored. */
    private static void removeOutdated(Transaction transaction, Map<Node, PostGraph> posts) {
        List<Map<String, Object>> rows = posts.entrySet().stream()
                .<Map<String, Object>>map(post -> Map.of(
                        "tenant", post.getKey().tenant().toString(),
                        "key", post.getKey().key(),
                        "revision", post.getValue().revision()))
                .toList();
        transaction
                .run(
                        """
                        UNWIND $rows AS row
                        MATCH (p:Post {tenant_id: row.tenant, post_id: row.key})
                        WITH p, row, p.index_revision > row.revision AS newer
                        SET p.index_revision = CASE WHEN newer THEN p.index_revision ELSE row.revision END
                        WITH row, newer WHERE newer
                        RETURN row.tenant AS tenant, row.key AS key
                        """,
                        parameters("rows", rows))
                .forEachRemaining(newer -> posts.remove(new Node(
                        uuid(newer, "tenant"), Relations.POST, newer.get("key").asString())));
    }

    /** Returns the number of nodes created. */
    private static int create(Transaction transaction, Collection<Node> nodes) {
        return byLabel(nodes).entrySet().stream()
                .mapToInt(label -> changed(
                                transaction,
                                "UNWIND $rows AS row MERGE (n:%s {tenant_id: row.tenant, %s: row.key})"
                                        .formatted(label.getKey(), KEYS.get(label.getKey())),
                                label.getValue())
                        .nodesCreated())
                .sum();
    }

    private static SortedMap<String, List<Map<String, Object>>> byLabel(Collection<Node> nodes) {
        return nodes.stream()
                .collect(Collectors.groupingBy(
                        Node::label, TreeMap::new, Collectors.mapping(Neo4jGraph::row, Collectors.toList())));
    }

    private static Map<String, Object> row(Node node) {
        return Map.of("tenant", node.tenant().toString(), "key", node.key());
    }

    /**
     * Returns the stored relationships of the posts: those that start at the posts, and those of the channel and album that contain them.
     */
    private static Set<Edge> edgesOf(Transaction transaction, Collection<Node> posts) {
        return new LinkedHashSet<>(transaction
                .run(
                        """
                        UNWIND $rows AS row
                        MATCH (p:Post {tenant_id: row.tenant, post_id: row.key})
                            -[r:TAGGED_AS|REFERS_TO|HAS_IMAGE|FORWARDED_FROM|REPLIES_TO]->(other)
                        RETURN row, type(r) AS type, r.position AS position, true AS starts,
                            labels(other)[0] AS label, other[$keys[labels(other)[0]]] AS key
                        UNION ALL
                        UNWIND $rows AS row
                        MATCH (p:Post {tenant_id: row.tenant, post_id: row.key})<-[r:HAS_POST|CONTAINS]-(other)
                        RETURN row, type(r) AS type, r.position AS position, false AS starts,
                            labels(other)[0] AS label, other[$keys[labels(other)[0]]] AS key
                        """,
                        parameters("rows", posts.stream().map(Neo4jGraph::row).toList(), "keys", KEYS))
                .list(found -> {
                    UUID tenant = uuid(found.get("row"), "tenant");
                    Node post = new Node(
                            tenant, Relations.POST, found.get("row").get("key").asString());
                    Node other = new Node(
                            tenant,
                            found.get("label").asString(),
                            found.get("key").asString());
                    boolean starts = found.get("starts").asBoolean();
                    Value position = found.get("position");
                    return new Edge(
                            starts ? post : other,
                            found.get("type").asString(),
                            starts ? other : post,
                            position.isNull() ? null : position.asInt());
                }));
    }

    private static void delete(Transaction transaction, Collection<Edge> edges) {
        byType(edges)
                .forEach((relation, rows) -> changed(
                        transaction,
                        "UNWIND $rows AS row MATCH " + relation.from() + " MATCH " + relation.to() + " MATCH (a)-[r:"
                                + relation.type() + "]->(b) DELETE r",
                        rows));
    }

    private static void relate(Transaction transaction, Collection<Edge> edges) {
        byType(edges).forEach((relation, rows) -> {
            int created = changed(
                            transaction,
                            "UNWIND $rows AS row MATCH " + relation.from() + " MATCH " + relation.to()
                                    + " CREATE (a)-[r:" + relation.type() + "]->(b) SET r.position = row.position",
                            rows)
                    .relationshipsCreated();
            if (created < rows.size()) {
                throw new Neo4jCalls.ChangedMeanwhileException(); // another transaction has removed a node
            }
        });
    }

    /** Relationships of one type between nodes of two labels, as parts of a query. */
    private record Relation(String type, String fromLabel, String toLabel) {
        String from() {
            return "(a:%s {tenant_id: row.tenant, %s: row.from})".formatted(fromLabel, KEYS.get(fromLabel));
        }

        String to() {
            return "(b:%s {tenant_id: row.tenant, %s: row.to})".formatted(toLabel, KEYS.get(toLabel));
        }
    }

    private static Map<Relation, List<Map<String, Object>>> byType(Collection<Edge> edges) {
        return edges.stream()
                .collect(Collectors.groupingBy(
                        edge -> new Relation(
                                edge.type(), edge.from().label(), edge.to().label()),
                        Collectors.mapping(Neo4jGraph::row, Collectors.toList())));
    }

    private static Map<String, Object> row(Edge edge) {
        Map<String, Object> row = new TreeMap<>();
        row.put("tenant", edge.from().tenant().toString());
        row.put("from", edge.from().key());
        row.put("to", edge.to().key());
        row.put("position", edge.position());
        return row;
    }

    /** Changes the weights of {@code RELATED_TO}. Returns the number of newly related pairs. */
    private static int changeWeights(Transaction transaction, Collection<Edge> before, Collection<Edge> after) {
        SortedMap<Pair, Integer> changes = Relations.weightChanges(before, after);
        if (changes.isEmpty()) {
            return 0;
        }
        List<Map<String, Object>> rows = changes.entrySet().stream()
                .<Map<String, Object>>map(change -> Map.of(
                        "tenant", change.getKey().tenant().toString(),
                        "from", change.getKey().first(),
                        "to", change.getKey().second(),
                        "change", change.getValue()))
                .toList();
        Relation tags = new Relation(Relations.RELATED_TO, Relations.TAG, Relations.TAG);
        return changed(
                        transaction,
                        "UNWIND $rows AS row MATCH " + tags.from() + " MATCH " + tags.to()
                                + " MERGE (a)-[r:RELATED_TO]->(b) ON CREATE SET r.weight = 0 SET r.weight = r.weight + row.change"
                                + " WITH r WHERE r.weight <= 0 DELETE r",
                        rows)
                .relationshipsCreated();
    }

    @Override
    public void remove(UUID tenantId, Collection<UUID> postIds) {
        SortedSet<Node> posts = new TreeSet<>();
        postIds.forEach(postId -> posts.add(Node.post(tenantId, postId)));
        List<Map<String, Object>> rows = posts.stream().map(Neo4jGraph::row).toList();
        write(transaction -> {
            takeTurn(transaction, posts);
            Set<Edge> stored = edgesOf(transaction, posts);
            // includes relationships that point to the posts, such as replies
            changed(
                    transaction,
                    "UNWIND $rows AS row MATCH (p:Post {tenant_id: row.tenant, post_id: row.key}) DETACH DELETE p",
                    rows);
            changeWeights(transaction, stored, Set.of());
            return removeUnrelated(
                    transaction,
                    Relations.ends(stored).stream()
                            .filter(node -> !node.isPost())
                            .toList());
        });
    }

    @Override
    public void applyInterests(List<UserInterests> users) {
        SortedMap<Edge, Double> edges = Relations.of(users);
        List<Map<String, Object>> topics = users.stream()
                .<Map<String, Object>>map(user -> Map.of(
                        "tenant",
                        user.tenantId().toString(),
                        "key",
                        Relations.user(user).key(),
                        "topics",
                        List.copyOf(user.weights().keySet())))
                .toList();
        List<Map<String, Object>> weights = new ArrayList<>();
        edges.forEach((edge, weight) -> {
            Map<String, Object> row = row(edge);
            row.put("weight", weight);
            weights.add(row);
        });
        Relation interest = new Relation(Relations.INTERESTED_IN, Relations.USER, Relations.TAG);
        write(transaction -> {
            takeTurn(transaction, users.stream().map(Relations::user).toList());
            create(transaction, Relations.ends(edges.keySet()));
            changed(
                    transaction,
                    "UNWIND $rows AS row MATCH (u:User {tenant_id: row.tenant, user_id: row.key})-[r:INTERESTED_IN]->(t:Tag)"
                            + " WHERE NOT t.name IN row.topics DELETE r",
                    topics);
            return changed(
                    transaction,
                    "UNWIND $rows AS row MATCH " + interest.from() + " MATCH " + interest.to()
                            + " MERGE (a)-[r:INTERESTED_IN]->(b) SET r.weight = row.weight",
                    weights);
        });
    }

    private static int removeUnrelated(Transaction transaction, Collection<Node> nodes) {
        return byLabel(nodes).entrySet().stream()
                .mapToInt(label -> changed(
                                transaction,
                                "UNWIND $rows AS row MATCH (n:%s {tenant_id: row.tenant, %s: row.key}) WHERE NOT (n)--() DELETE n"
                                        .formatted(label.getKey(), KEYS.get(label.getKey())),
                                label.getValue())
                        .nodesDeleted())
                .sum();
    }

    private static SummaryCounters changed(Transaction transaction, String query, List<Map<String, Object>> rows) {
        return transaction.run(query, parameters("rows", rows)).consume().counters();
    }

    /** Checks nodes of one label and tenant, in the order of the constraint's index. */
    @Override
    public Orphans removeOrphans(String place, int limit) {
        // the place may come from another store
        String[] after = PLACE.matcher(place).matches() ? place.split(" ", 3) : new String[] {KEYS.firstKey(), "", ""};
        return write(transaction -> {
            String label = after[0];
            String tenant = after[1].isEmpty() ? nextTenant(transaction, label, "") : after[1];
            if (tenant == null) {
                return new Orphans(0, nextLabel(label));
            }
            String key = after[1].isEmpty() ? "" : after[2];
            List<Node> nodes = transaction
                    .run(
                            "MATCH (n:%1$s) WHERE n.tenant_id = $tenant AND n.%2$s > $key RETURN n.%2$s AS key ORDER BY key LIMIT $limit"
                                    .formatted(label, KEYS.get(label)),
                            parameters("tenant", tenant, "key", key, "limit", limit))
                    .list(row -> new Node(
                            UUID.fromString(tenant), label, row.get("key").asString()));
            takeTurn(transaction, nodes);
            int removed = removeUnrelated(transaction, nodes);
            if (nodes.size() == limit) {
                return new Orphans(
                        removed,
                        label + " " + tenant + " " + nodes.get(limit - 1).key());
            }
            String next = nextTenant(transaction, label, tenant);
            return new Orphans(removed, next == null ? nextLabel(label) : label + " " + next + " ");
        });
    }

    /** Returns null after the last tenant with nodes of the label. */
    private static String nextTenant(Transaction transaction, String label, String tenant) {
        return transaction
                .run(
                        "MATCH (n:%1$s) WHERE n.tenant_id > $tenant AND n.%2$s IS NOT NULL RETURN n.tenant_id AS tenant ORDER BY n.tenant_id, n.%2$s LIMIT 1"
                                .formatted(label, KEYS.get(label)),
                        parameters("tenant", tenant))
                .list(row -> row.get("tenant").asString())
                .stream()
                .findFirst()
                .orElse(null);
    }

    /** Returns null after the last label. Posts are excluded: they are removed only together with their content. */
    private static String nextLabel(String label) {
        return KEYS.tailMap(label).keySet().stream()
                .filter(next -> !next.equals(label) && !next.equals(Relations.POST))
                .findFirst()
                .map(next -> next + "  ")
                .orElse(null);
    }

    @Override
    public List<Neighbour> neighboursOfPosts(UUID tenantId, Collection<UUID> postIds, int limit) {
        return calls.read(transaction -> transaction
                .run(
                        """
                        MATCH (p:Post)-[:TAGGED_AS]->(tag:Tag) WHERE p.tenant_id = $tenant AND p.post_id IN $posts
                        WITH DISTINCT tag
                        WITH tag, COUNT { (tag)<-[:TAGGED_AS]-() } AS carriers
                        WHERE carriers <= $hub
                        MATCH (tag)<-[:TAGGED_AS]-(other:Post) WHERE NOT other.post_id IN $posts
                        WITH other, sum(1.0 / carriers) AS weight, count(*) AS shared
                        RETURN other.post_id AS post, weight, shared ORDER BY weight DESC, post LIMIT $limit
                        """,
                        parameters(
                                "tenant",
                                tenantId.toString(),
                                "posts",
                                postIds.stream().map(UUID::toString).toList(),
                                "hub",
                                HUB,
                                "limit",
                                limit))
                .list(row -> new Neighbour(
                        uuid(row, "post"),
                        row.get("weight").asDouble(),
                        row.get("shared").asInt())));
    }

    private static UUID uuid(MapAccessor row, String name) {
        return UUID.fromString(row.get(name).asString());
    }

    @Override
    public Optional<String> problem() {
        try {
            calls.read(transaction -> transaction.run("RETURN 1").consume());
            return Optional.empty();
        } catch (GraphUnavailableException e) {
            return Optional.of(e.getMessage());
        }
    }

    @Override
    public void close() {
        calls.close();
    }
}
