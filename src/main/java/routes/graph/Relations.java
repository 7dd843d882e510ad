package routes.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import routes.graph.Graph.PostGraph;
import routes.graph.Graph.UserInterests;

/**
 * Nodes and relationships of posts, in the form common to all stores. The collections are sorted, so that writers lock in the same order.
 */
public final class Relations {
    public static final String POST = "Post";
    public static final String TAG = "Tag";
    public static final String USER = "User";
    public static final String RELATED_TO = "RELATED_TO";
    public static final String INTERESTED_IN = "INTERESTED_IN";

    private Relations() {}

    /** A node, identified by label and key within the tenant. */
    public record Node(UUID tenant, String label, String key) implements Comparable<Node> {
        private static final Comparator<Node> ORDER =
                Comparator.comparing(Node::tenant).thenComparing(Node::label).thenComparing(Node::key);

        public static Node post(UUID tenant, UUID postId) {
            return new Node(tenant, POST, postId.toString());
        }

        public boolean isPost() {
            return label.equals(POST);
        }

        private Edge to(String type, String otherLabel, Object otherKey) {
            return new Edge(this, type, new Node(tenant, otherLabel, otherKey.toString()), null);
        }

        private Edge from(String type, String otherLabel, Object otherKey, Integer position) {
            return new Edge(new Node(tenant, otherLabel, otherKey.toString()), type, this, position);
        }

        @Override
        public int compareTo(Node other) {
            return ORDER.compare(this, other);
        }
    }

    /** @param position of a member in its album; null for all other relationship types */
    public record Edge(Node from, String type, Node to, Integer position) {}

    /** Two tags of one tenant, in sort order. */
    public record Pair(UUID tenant, String first, String second) {
        private static final Comparator<Pair> ORDER =
                Comparator.comparing(Pair::tenant).thenComparing(Pair::first).thenComparing(Pair::second);
    }

    /** Returns the last version of each post, by its node. */
    public static SortedMap<Node, PostGraph> newest(List<PostGraph> posts) {
        SortedMap<Node, PostGraph> newest = new TreeMap<>();
        posts.forEach(post -> newest.put(Node.post(post.tenantId(), post.postId()), post));
        return newest;
    }

    /** Returns all relationships of the posts except {@link #RELATED_TO}. */
    public static Set<Edge> of(Map<Node, PostGraph> posts) {
        Set<Edge> edges = new LinkedHashSet<>();
        posts.forEach((node, post) -> edges.addAll(of(node, post)));
        return edges;
    }

    private static List<Edge> of(Node post, PostGraph graph) {
        List<Edge> edges = new ArrayList<>();
        edges.add(post.from("HAS_POST", "Channel", graph.channelId(), null));
        graph.tags().forEach(tag -> edges.add(post.to("TAGGED_AS", TAG, tag)));
        graph.urls().forEach(url -> edges.add(post.to("REFERS_TO", "WebPage", url)));
        graph.imageSha256s().forEach(sha256 -> edges.add(post.to("HAS_IMAGE", "Image", sha256)));
        if (graph.albumId() != null) {
            edges.add(post.from("CONTAINS", "Album", graph.albumId(), graph.albumPosition()));
        }
        if (graph.forwardedFromChannelId() != null) {
            edges.add(post.to("FORWARDED_FROM", "Channel", graph.forwardedFromChannelId()));
        }
        if (graph.replyToPostId() != null) {
            edges.add(post.to("REPLIES_TO", POST, graph.replyToPostId()));
        }
        return edges;
    }

    /** Returns the relationships of users with their weights. The key of a user's node is a number. */
    public static SortedMap<Edge, Double> of(List<UserInterests> users) {
        SortedMap<Edge, Double> edges =
                new TreeMap<>(Comparator.comparing(Edge::from).thenComparing(Edge::to));
        for (UserInterests user : users) {
            Node node = user(user);
            user.weights().forEach((tag, weight) -> edges.put(node.to(INTERESTED_IN, TAG, tag), weight));
        }
        return edges;
    }

    public static Node user(UserInterests user) {
        return new Node(user.tenantId(), USER, Long.toString(user.userId()));
    }

    /** Returns the nodes at both ends of the relationships. */
    public static SortedSet<Node> ends(Collection<Edge> edges) {
        return edges.stream()
                .flatMap(edge -> Stream.of(edge.from(), edge.to()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Returns the changes of the weights of {@link #RELATED_TO} that are not 0: previous tag pairs of the posts are subtracted, current
     * pairs are added.
     */
    public static SortedMap<Pair, Integer> weightChanges(Collection<Edge> before, Collection<Edge> after) {
        SortedMap<Pair, Integer> changes = new TreeMap<>(Pair.ORDER);
        countPairs(changes, before, -1);
        countPairs(changes, after, 1);
        changes.values().removeIf(change -> change == 0);
        return changes;
    }

    private static void countPairs(Map<Pair, Integer> changes, Collection<Edge> edges, int change) {
        Map<Node, SortedSet<String>> tags = edges.stream()
                .filter(edge -> edge.type().equals("TAGGED_AS"))
                .collect(Collectors.groupingBy(
                        Edge::from,
                        Collectors.mapping(edge -> edge.to().key(), Collectors.toCollection(TreeSet::new))));
        tags.forEach((post, names) -> names.forEach(first -> names.tailSet(first).stream()
                .skip(1)
                .forEach(second -> changes.merge(new Pair(post.tenant(), first, second), change, Integer::sum))));
    }
}
