package routes.graph.postgres;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.graph.Graph;
import routes.graph.GraphChange;
import routes.graph.Neighbour;
import routes.graph.PostGraph;
import routes.graph.RelatedTag;
import routes.graph.postgres.PostRelationships.Edge;
import routes.graph.postgres.PostRelationships.Node;
import routes.text.TagKey;

/**
 * The graph in the tables {@code graph_nodes} and {@code graph_edges}; the label is the node's kind, the key its identity.
 *
 * <p>Workers cannot deadlock: every transaction acquires its locks in the same order: nodes other than posts, posts, pairs of tags,
 * each sorted. The lock on a post's row lets one transaction at a time compare its old and new tags, which keeps
 * {@code RELATED_TO.weight} equal to the number of posts that carry both tags.
 */
public final class PostgresGraph implements Graph {
    private static final int TRANSACTION_TIMEOUT_SECONDS = 30;
    private static final Pattern POSITION = Pattern.compile("\"position\": *(\\d+)");
    static final Comparator<Node> NODE_ORDER =
            Comparator.comparing(Node::tenant).thenComparing(Node::label).thenComparing(Node::key);

    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;
    private final CoOccurrence coOccurrence;
    private final GraphOrphans orphans;

    public PostgresGraph(JdbcTemplate jdbc, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
        this.coOccurrence = new CoOccurrence(jdbc);
        this.orphans = new GraphOrphans(jdbc);
        transaction.setTimeout(TRANSACTION_TIMEOUT_SECONDS);
    }

    @Override
    public GraphChange apply(List<PostGraph> graphs) {
        Map<Node, PostGraph> newest = new TreeMap<>(NODE_ORDER);
        graphs.forEach(post -> newest.put(PostRelationships.post(post.tenantId(), post.postId()), post));
        SortedSet<Node> posts = new TreeSet<>(NODE_ORDER);
        SortedSet<Node> others = new TreeSet<>(NODE_ORDER);
        Set<Edge> edges = new LinkedHashSet<>();
        for (PostGraph post : newest.values()) {
            PostRelationships relationships = PostRelationships.of(post);
            relationships.nodes().forEach(node -> (node.label().equals("Post") ? posts : others).add(node));
            edges.addAll(relationships.edges());
        }
        return transaction.execute(status -> {
            int nodesCreated = insert(others) + lock(posts);
            Set<Edge> stored = edgesOf(newest.keySet());
            List<Edge> outdated =
                    stored.stream().filter(edge -> !edges.contains(edge)).toList();
            List<Edge> missing =
                    edges.stream().filter(edge -> !stored.contains(edge)).toList();
            if (outdated.isEmpty() && missing.isEmpty()) {
                return new GraphChange(nodesCreated, 0);
            }
            delete(outdated);
            insert(missing);
            return new GraphChange(nodesCreated, missing.size() + coOccurrence.change(stored, edges));
        });
    }

    @Override
    public void remove(UUID tenantId, Collection<UUID> postIds) {
        SortedSet<Node> posts = new TreeSet<>(NODE_ORDER);
        postIds.forEach(postId -> posts.add(PostRelationships.post(tenantId, postId)));
        String[] keys = column(posts, Node::key);
        transaction.executeWithoutResult(status -> {
            lock(posts);
            Set<Edge> stored = edgesOf(posts);
            for (String end : List.of("from", "to")) { // also relationships that point to the posts, such as replies
                jdbc.update(
                        "delete from graph_edges where tenant_id = ? and %1$s_label = 'Post' and %1$s_key = any (?)"
                                .formatted(end),
                        tenantId,
                        keys);
            }
            jdbc.update(
                    "delete from graph_nodes where tenant_id = ? and label = 'Post' and key = any (?)", tenantId, keys);
            coOccurrence.change(stored, Set.of());
            orphans.removeUnlessBusy(stored);
        });
    }

    @Override
    public Orphans removeOrphans(String place, int limit) {
        return transaction.execute(status -> orphans.remove(place, limit));
    }

    @Override
    public List<Neighbour> neighboursOfPosts(UUID tenantId, Collection<UUID> postIds, int limit) {
        String[] posts = column(postIds, UUID::toString);
        List<String> tags = jdbc.queryForList(
                """
                select distinct to_key from graph_edges
                where tenant_id = ? and from_label = 'Post' and from_key = any (?) and type = 'TAGGED_AS'
                """,
                String.class,
                tenantId,
                posts);
        return neighbours(tenantId, tags, posts, limit);
    }

    @Override
    public List<Neighbour> neighboursOfTags(UUID tenantId, Collection<String> tags, int limit) {
        return neighbours(tenantId, tags.stream().map(TagKey::of).distinct().toList(), new String[0], limit);
    }

    private List<Neighbour> neighbours(UUID tenantId, List<String> tags, String[] without, int limit) {
        return jdbc.query(
                """
                select from_key, sum(1.0 / carriers) as weight, count(*) as shared
                from (
                    select edge.from_key, count(*) over (partition by tag.name) as carriers
                    from unnest(?::text[]) as tag (name)
                    cross join lateral (
                        select from_key from graph_edges
                        where tenant_id = ? and to_label = 'Tag' and to_key = tag.name and type = 'TAGGED_AS'
                        limit ? + 1) as edge) as carrier
                where carriers <= ? and from_key <> all (?::text[])
                group by from_key
                order by weight desc, from_key
                limit ?
                """,
                (row, i) -> new Neighbour(
                        UUID.fromString(row.getString("from_key")), row.getDouble("weight"), row.getInt("shared")),
                column(tags, tag -> tag),
                tenantId,
                HUB,
                HUB,
                without,
                limit);
    }

    @Override
    public List<RelatedTag> relatedTags(UUID tenantId, String tag, int limit) {
        String name = TagKey.of(tag);
        RowMapper<RelatedTag> related = (row, i) -> new RelatedTag(row.getString("name"), row.getLong("weight"));
        return jdbc.query(
                """
                select to_key as name, weight from graph_edges
                where tenant_id = ? and from_label = 'Tag' and from_key = ? and type = 'RELATED_TO'
                union all
                select from_key, weight from graph_edges
                where tenant_id = ? and to_label = 'Tag' and to_key = ? and type = 'RELATED_TO'
                order by weight desc, name
                limit ?
                """,
                related,
                tenantId,
                name,
                tenantId,
                name,
                limit);
    }

    /** Waits for a node that another transaction is creating. From here to the end of the transaction, no node can be removed. */
    private int insert(SortedSet<Node> nodes) {
        return jdbc.update(
                """
                with guard as materialized (%s)
                insert into graph_nodes (tenant_id, label, key)
                select node.* from guard, unnest(?::uuid[], ?::text[], ?::text[]) as node
                on conflict do nothing
                """
                        .formatted(GraphOrphans.KEEP_NODES),
                column(nodes, node -> node.tenant().toString()),
                column(nodes, Node::label),
                column(nodes, Node::key));
    }

    /** Creates missing rows: a row that does not exist cannot be locked. Returns the number of nodes created. */
    private int lock(SortedSet<Node> posts) {
        Integer created = jdbc.queryForObject(
                """
                with locked as (
                    insert into graph_nodes (tenant_id, label, key)
                    select tenant_id, 'Post', key from unnest(?::uuid[], ?::text[]) as post (tenant_id, key)
                    on conflict (tenant_id, label, key) do update set label = excluded.label
                    returning xmax = 0 as inserted)
                select count(*) filter (where inserted) from locked
                """,
                Integer.class,
                column(posts, node -> node.tenant().toString()),
                column(posts, Node::key));
        return created == null ? 0 : created;
    }

    /** The stored relationships of the posts: those that start at them, and those of the channel and album that contain them. */
    private Set<Edge> edgesOf(Set<Node> posts) {
        Set<Edge> edges = new LinkedHashSet<>();
        jdbc.query(
                """
                with post as (select * from unnest(?::uuid[], ?::text[]) as post (tenant_id, key))
                select edge.* from graph_edges edge join post
                    on edge.tenant_id = post.tenant_id and edge.from_label = 'Post' and edge.from_key = post.key
                union all
                select edge.* from graph_edges edge join post
                    on edge.tenant_id = post.tenant_id and edge.to_label = 'Post' and edge.to_key = post.key
                        and edge.type in ('HAS_POST', 'CONTAINS')
                """,
                row -> {
                    UUID tenant = row.getObject("tenant_id", UUID.class);
                    Matcher position = POSITION.matcher(row.getString("properties"));
                    edges.add(new Edge(
                            tenant,
                            new Node(tenant, row.getString("from_label"), row.getString("from_key")),
                            row.getString("type"),
                            new Node(tenant, row.getString("to_label"), row.getString("to_key")),
                            position.find() ? Integer.valueOf(position.group(1)) : null));
                },
                column(posts, node -> node.tenant().toString()),
                column(posts, Node::key));
        return edges;
    }

    private void delete(Collection<Edge> edges) {
        jdbc.update(
                """
                delete from graph_edges edge
                using unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
                    as old (tenant_id, from_label, from_key, type, to_label, to_key)
                where (edge.tenant_id, edge.from_label, edge.from_key, edge.type, edge.to_label, edge.to_key)
                    = (old.tenant_id, old.from_label, old.from_key, old.type, old.to_label, old.to_key)
                """,
                ends(edges));
    }

    private void insert(Collection<Edge> edges) {
        List<Object> columns = new ArrayList<>(List.of(ends(edges)));
        columns.add(edges.stream().map(Edge::position).toArray(Integer[]::new));
        jdbc.update(
                """
                insert into graph_edges (tenant_id, from_label, from_key, type, to_label, to_key, properties)
                select tenant_id, from_label, from_key, type, to_label, to_key,
                    case when position is null then '{}'::jsonb else jsonb_build_object('position', position) end
                from unnest(?::uuid[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::int[])
                    as edge (tenant_id, from_label, from_key, type, to_label, to_key, position)
                """,
                columns.toArray());
    }

    private static Object[] ends(Collection<Edge> edges) {
        return new Object[] {
            column(edges, edge -> edge.tenant().toString()),
            column(edges, edge -> edge.from().label()),
            column(edges, edge -> edge.from().key()),
            column(edges, Edge::type),
            column(edges, edge -> edge.to().label()),
            column(edges, edge -> edge.to().key())
        };
    }

    static <T> String[] column(Collection<T> rows, Function<T, String> value) {
        return rows.stream().map(value).toArray(String[]::new);
    }
}
