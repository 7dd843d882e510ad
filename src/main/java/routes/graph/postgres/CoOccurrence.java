package routes.graph.postgres;

import static routes.graph.postgres.PostgresGraph.column;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcTemplate;
import routes.graph.postgres.PostRelationships.Edge;

/** Keeps {@code RELATED_TO.weight} in step with {@code TAGGED_AS}: the number of posts that carry both tags. */
final class CoOccurrence {
    /** Two tags of one tenant, in sort order. */
    private record Pair(UUID tenant, String first, String second) {
        static final Comparator<Pair> ORDER =
                Comparator.comparing(Pair::tenant).thenComparing(Pair::first).thenComparing(Pair::second);
    }

    private final JdbcTemplate jdbc;

    CoOccurrence(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Subtracts the previous tag pairs of the posts from the weights and adds the current ones. The caller holds the locks of the
     * posts; this method locks the rows of the pairs, in the order of their names.
     *
     * @return number of pairs that were not related before
     */
    int change(Collection<Edge> before, Collection<Edge> after) {
        Map<Pair, Integer> deltas = new TreeMap<>(Pair.ORDER);
        count(deltas, before, -1);
        count(deltas, after, 1);
        deltas.values().removeIf(delta -> delta == 0);
        if (deltas.isEmpty()) {
            return 0;
        }
        String[] tenants = column(deltas.keySet(), pair -> pair.tenant().toString());
        String[] first = column(deltas.keySet(), Pair::first);
        String[] second = column(deltas.keySet(), Pair::second);
        // One statement locks all the rows in the order of the pairs. xmax is 0 in a newly inserted row.
        Integer created = jdbc.queryForObject(
                """
                with weighed as (
                    insert into graph_edges (tenant_id, from_label, from_key, type, to_label, to_key, weight)
                    select tenant_id, 'Tag', first, 'RELATED_TO', 'Tag', second, delta
                    from unnest(?::uuid[], ?::text[], ?::text[], ?::int[]) as pair (tenant_id, first, second, delta)
                    on conflict (tenant_id, from_label, from_key, type, to_label, to_key)
                        do update set weight = graph_edges.weight + excluded.weight
                    returning xmax = 0 as inserted)
                select count(*) filter (where inserted) from weighed
                """,
                Integer.class,
                tenants,
                first,
                second,
                deltas.values().toArray(Integer[]::new));
        jdbc.update(
                """
                delete from graph_edges edge
                using unnest(?::uuid[], ?::text[], ?::text[]) as pair (tenant_id, first, second)
                where edge.tenant_id = pair.tenant_id and edge.from_label = 'Tag' and edge.from_key = pair.first
                    and edge.type = 'RELATED_TO' and edge.to_label = 'Tag' and edge.to_key = pair.second
                    and edge.weight <= 0
                """,
                tenants,
                first,
                second);
        return created == null ? 0 : created;
    }

    private static void count(Map<Pair, Integer> deltas, Collection<Edge> edges, int delta) {
        Map<PostRelationships.Node, Set<String>> tags = edges.stream()
                .filter(edge -> edge.type().equals("TAGGED_AS"))
                .collect(Collectors.groupingBy(
                        Edge::from, Collectors.mapping(edge -> edge.to().key(), Collectors.toSet())));
        tags.forEach((post, names) -> {
            List<String> sorted = names.stream().sorted().toList();
            for (int i = 0; i < sorted.size(); i++) {
                for (int j = i + 1; j < sorted.size(); j++) {
                    deltas.merge(new Pair(post.tenant(), sorted.get(i), sorted.get(j)), delta, Integer::sum);
                }
            }
        });
    }
}
