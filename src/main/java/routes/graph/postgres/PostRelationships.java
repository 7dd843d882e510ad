package routes.graph.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import routes.graph.PostGraph;

/** The nodes and relationships of one post. */
record PostRelationships(List<Node> nodes, List<Edge> edges) {

    /** @param tenant first, so that nodes of all tenants sort in one order */
    record Node(UUID tenant, String label, String key) {}

    /** @param position of a member in its album; null for all other types */
    record Edge(UUID tenant, Node from, String type, Node to, Integer position) {}

    static Node post(UUID tenant, UUID postId) {
        return new Node(tenant, "Post", postId.toString());
    }

    static PostRelationships of(PostGraph graph) {
        UUID tenant = graph.tenantId();
        Node post = post(tenant, graph.postId());
        List<Edge> edges = new ArrayList<>();
        edges.add(new Edge(tenant, new Node(tenant, "Channel", graph.channelId().toString()), "HAS_POST", post, null));
        graph.tags().forEach(tag -> edges.add(new Edge(tenant, post, "TAGGED_AS", new Node(tenant, "Tag", tag), null)));
        graph.urls()
                .forEach(url -> edges.add(new Edge(tenant, post, "REFERS_TO", new Node(tenant, "WebPage", url), null)));
        graph.imageSha256s()
                .forEach(sha -> edges.add(new Edge(tenant, post, "HAS_IMAGE", new Node(tenant, "Image", sha), null)));
        if (graph.albumId() != null) {
            Node album = new Node(tenant, "Album", graph.albumId().toString());
            edges.add(new Edge(tenant, album, "CONTAINS", post, graph.albumPosition()));
        }
        if (graph.forwardedFromChannelId() != null) {
            Node origin = new Node(tenant, "Channel", graph.forwardedFromChannelId());
            edges.add(new Edge(tenant, post, "FORWARDED_FROM", origin, null));
        }
        if (graph.replyToPostId() != null) {
            edges.add(new Edge(tenant, post, "REPLIES_TO", post(tenant, graph.replyToPostId()), null));
        }
        List<Node> nodes = new ArrayList<>();
        for (Edge edge : edges) {
            nodes.add(edge.from());
            nodes.add(edge.to());
        }
        return new PostRelationships(nodes, edges);
    }
}
