package routes.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import routes.graph.Graph.GraphChange;
import routes.graph.Graph.Neighbour;
import routes.graph.Graph.Orphans;
import routes.graph.Graph.PostGraph;
import routes.graph.Graph.UserInterests;

/** What every store of the graph does. */
@Timeout(120)
public abstract class GraphContract {
    protected static final UUID TENANT = new UUID(0, 1);
    protected static final UUID CHANNEL = new UUID(0, 100);

    /** The empty graph at the start of a test. */
    protected abstract Graph graph();

    @Test
    void a_post_brings_all_its_nodes_and_relationships() {
        PostGraph post = new PostGraph(
                TENANT,
                post(1),
                CHANNEL,
                List.of("ИИ", "Kafka", "ии"),
                List.of("https://a.org/1", "https://a.org/1"),
                List.of("ab12"),
                77L,
                3,
                "tg:555",
                post(2),
                0);

        assertThat(graph().apply(List.of(post))).isEqualTo(new GraphChange(9, 9));

        assertThat(edges())
                .containsExactlyInAnyOrder(
                        "Channel " + CHANNEL + " HAS_POST Post " + post(1),
                        "Post " + post(1) + " TAGGED_AS Tag ии",
                        "Post " + post(1) + " TAGGED_AS Tag kafka",
                        "Post " + post(1) + " REFERS_TO WebPage https://a.org/1",
                        "Post " + post(1) + " HAS_IMAGE Image ab12",
                        "Album 77 CONTAINS Post " + post(1) + " 3",
                        "Post " + post(1) + " FORWARDED_FROM Channel tg:555",
                        "Post " + post(1) + " REPLIES_TO Post " + post(2),
                        "Tag kafka RELATED_TO Tag ии 1");
    }

    @Test
    void a_replay_changes_nothing() {
        graph().apply(List.of(tagged(1, "a", "b"), tagged(2, "b", "c")));
        List<String> before = edges();

        assertThat(graph().apply(List.of(tagged(1, "a", "b"), tagged(2, "b", "c"))))
                .isEqualTo(new GraphChange(0, 0));
        assertThat(edges()).isEqualTo(before);
    }

    @Test
    void new_tags_replace_old_ones_and_the_weights_follow() {
        graph().apply(List.of(tagged(1, "a", "b", "c"), tagged(2, "a", "b")));
        assertThat(related(TENANT)).containsExactly("a b 2", "a c 1", "b c 1");

        graph().apply(List.of(tagged(1, "a", "d")));

        assertThat(related(TENANT)).containsExactly("a b 1", "a d 1");
        assertThat(edges()).noneMatch(edge -> edge.contains("TAGGED_AS Tag c"));
    }

    @Test
    void the_last_of_several_versions_in_a_batch_counts() {
        graph().apply(List.of(tagged(1, "a", "b"), tagged(1, "a", "c")));

        assertThat(related(TENANT)).containsExactly("a c 1");
    }

    @Test
    void an_edited_post_loses_its_old_links_and_moves_in_its_album() {
        PostGraph before = new PostGraph(
                TENANT, post(1), CHANNEL, List.of(), List.of("https://old"), List.of(), 7L, 0, null, null, 0);
        graph().apply(List.of(before));

        graph().apply(List.of(new PostGraph(
                TENANT, post(1), CHANNEL, List.of(), List.of("https://new"), List.of(), 7L, 2, null, null, 0)));

        assertThat(edges())
                .containsExactlyInAnyOrder(
                        "Channel " + CHANNEL + " HAS_POST Post " + post(1),
                        "Post " + post(1) + " REFERS_TO WebPage https://new",
                        "Album 7 CONTAINS Post " + post(1) + " 2");
    }

    @Test
    void a_removed_post_takes_its_relationships_and_weights_with_it() {
        graph().apply(List.of(
                tagged(1, "a", "b"),
                tagged(2, "a", "b"),
                new PostGraph(TENANT, post(3), CHANNEL, List.of(), List.of(), List.of(), null, 0, null, post(1), 0)));

        graph().remove(TENANT, List.of(post(1), post(99)));

        assertThat(related(TENANT)).containsExactly("a b 1");
        assertThat(edges()).noneMatch(edge -> edge.contains(post(1).toString()));
        assertThat(nodes()).filteredOn(node -> node.startsWith("Post ")).hasSize(2);
    }

    @Test
    void rare_common_tags_weigh_most_among_neighbours() {
        graph().apply(List.of(
                tagged(1, "common", "rare"), tagged(2, "common"), tagged(3, "common", "rare"), tagged(4, "other")));

        List<Neighbour> neighbours = graph().neighboursOfPosts(TENANT, List.of(post(1)), 10);

        assertThat(neighbours).extracting(Neighbour::postId).containsExactly(post(3), post(2));
        assertThat(neighbours.get(0).sharedTags()).isEqualTo(2);
        assertThat(neighbours.get(0).weight()).isCloseTo(1 / 3.0 + 1 / 2.0, within(1e-9));
        assertThat(graph().neighboursOfPosts(TENANT, List.of(post(1)), 1)).hasSize(1);
        assertThat(graph().neighboursOfPosts(TENANT, List.of(), 10)).isEmpty();
    }

    @Test
    void a_tag_that_nearly_every_post_carries_is_no_kinship() {
        graph().apply(IntStream.range(0, Graph.HUB + 1)
                .mapToObj(i -> i < 2 ? tagged(i, "everywhere", "rare") : tagged(i, "everywhere"))
                .toList());

        assertThat(graph().neighboursOfPosts(TENANT, List.of(post(0)), 10))
                .extracting(Neighbour::postId)
                .containsExactly(post(1));
    }

    @Test
    void tenants_do_not_see_each_other() {
        UUID other = new UUID(0, 2);
        graph().apply(List.of(
                tagged(1, "a", "b"),
                tagged(3, "a"),
                new PostGraph(other, post(2), CHANNEL, List.of("a", "b"), List.of(), List.of(), null, 0, null, null, 0),
                new PostGraph(other, post(4), CHANNEL, List.of("a"), List.of(), List.of(), null, 0, null, null, 0)));

        assertThat(related(TENANT)).containsExactly("a b 1");
        assertThat(graph().neighboursOfPosts(TENANT, List.of(post(1)), 10))
                .extracting(Neighbour::postId)
                .containsExactly(post(3));
        assertThat(graph().neighboursOfPosts(other, List.of(post(1)), 10)).isEmpty();
        graph().remove(TENANT, List.of(post(2)));
        assertThat(graph().neighboursOfPosts(other, List.of(post(4)), 10))
                .extracting(Neighbour::postId)
                .containsExactly(post(2));
    }

    @Test
    void racing_workers_neither_deadlock_nor_miscount() throws Exception {
        List<String> vocabulary = List.of("a", "b", "c", "d", "e", "f", "g", "h");
        ExecutorService workers = Executors.newFixedThreadPool(8);
        List<Callable<Void>> work = new ArrayList<>();
        for (int w = 0; w < 8; w++) {
            Random random = new Random(w);
            work.add(() -> {
                for (int i = 0; i < 30; i++) {
                    graph().apply(random.ints(4, 0, 12)
                            .mapToObj(id -> replying(random, id, vocabulary))
                            .toList());
                    if (i % 10 == 9) {
                        graph().remove(TENANT, List.of(post(random.nextInt(12))));
                    }
                }
                return null;
            });
        }
        try {
            for (Future<Void> done : workers.invokeAll(work)) {
                done.get();
            }
        } finally {
            workers.shutdownNow();
        }

        Map<String, Set<String>> tags = new TreeMap<>();
        edges().stream()
                .map(edge -> edge.split(" "))
                .filter(edge -> edge[2].equals("TAGGED_AS"))
                .forEach(edge ->
                        tags.computeIfAbsent(edge[1], post -> new TreeSet<>()).add(edge[4]));
        Map<String, Integer> pairs = new TreeMap<>();
        tags.values()
                .forEach(names -> names.forEach(first -> names.stream()
                        .filter(second -> first.compareTo(second) < 0)
                        .forEach(second -> pairs.merge(first + " " + second, 1, Integer::sum))));
        assertThat(pairs).isNotEmpty();
        assertThat(related(TENANT))
                .containsExactlyElementsOf(pairs.entrySet().stream()
                        .map(pair -> pair.getKey() + " " + pair.getValue())
                        .toList());
    }

    private static PostGraph replying(Random random, int id, List<String> vocabulary) {
        List<String> tags =
                random.ints(3, 0, vocabulary.size()).mapToObj(vocabulary::get).toList();
        return new PostGraph(
                TENANT, post(id), CHANNEL, tags, List.of(), List.of(), null, 0, null, post(random.nextInt(12)), 0);
    }

    protected static PostGraph tagged(int id, String... tags) {
        return new PostGraph(TENANT, post(id), CHANNEL, List.of(tags), List.of(), List.of(), null, 0, null, null, 0);
    }

    protected static UUID post(int id) {
        return new UUID(1, id);
    }

    @Test
    void nodes_that_nothing_refers_to_are_removed_step_by_step() {
        UUID other = new UUID(0, 2);
        List<PostGraph> posts = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            UUID tenant = i % 2 == 0 ? TENANT : other;
            posts.add(new PostGraph(
                    tenant,
                    post(i),
                    CHANNEL,
                    List.of("tag" + i, "both"),
                    List.of("https://a.org/ " + i),
                    List.of("f" + i),
                    (long) i,
                    0,
                    null,
                    null,
                    0));
        }
        graph().apply(posts);
        graph().apply(posts.stream()
                .map(post -> new PostGraph(
                        post.tenantId(),
                        post.postId(),
                        CHANNEL,
                        List.of("both"),
                        List.of(),
                        List.of(),
                        null,
                        0,
                        null,
                        null,
                        0))
                .toList());
        Set<String> expected = new TreeSet<>();
        posts.forEach(post -> expected.add("Post " + post.postId()));
        expected.addAll(List.of("Tag both", "Channel " + CHANNEL));

        int removed = 0;
        int steps = 0;
        String place = "";
        while (place != null) {
            assertThat(++steps).isLessThan(200);
            Orphans step = graph().removeOrphans(place, 3);
            removed += step.removed();
            place = step.next();
        }

        assertThat(removed).isEqualTo(40);
        assertThat(new TreeSet<>(nodes())).isEqualTo(expected);
        assertThat(graph().removeOrphans("", 1_000).removed()).isZero();
    }

    @Test
    void a_place_of_the_search_for_orphans_in_another_store_is_the_start() {
        graph().apply(List.of(tagged(1, "a")));
        graph().apply(List.of(tagged(1)));

        for (String place : List.of(TENANT + " Tag b", "Tag " + TENANT + " b", "WebPage  ", "anything", "")) {
            String next = place;
            while (next != null) {
                next = graph().removeOrphans(next, 3).next();
            }
        }
        assertThat(nodes()).containsExactlyInAnyOrder("Channel " + CHANNEL, "Post " + post(1));
    }

    @Test
    void a_removed_post_takes_the_nodes_with_it_that_only_it_had() {
        graph().apply(List.of(
                new PostGraph(
                        TENANT,
                        post(1),
                        CHANNEL,
                        List.of("a", "b"),
                        List.of("https://a"),
                        List.of("f"),
                        7L,
                        0,
                        null,
                        null,
                        0),
                tagged(2, "a")));

        graph().remove(TENANT, List.of(post(1)));
        graph().remove(TENANT, List.of(post(1)));

        assertThat(nodes()).containsExactlyInAnyOrder("Channel " + CHANNEL, "Post " + post(2), "Tag a");
        assertThat(graph().apply(List.of(tagged(1, "a", "b")))).isEqualTo(new GraphChange(2, 4));
    }

    @Test
    void a_reply_before_its_target_and_a_batch_of_many_posts() {
        List<PostGraph> posts = IntStream.range(0, 300)
                .mapToObj(i -> new PostGraph(
                        TENANT,
                        post(i),
                        CHANNEL,
                        List.of("t" + i % 7, "u" + i % 11, "v" + i % 13),
                        List.of(),
                        List.of(),
                        null,
                        0,
                        null,
                        post(i + 1),
                        0))
                .toList();

        graph().apply(posts);
        List<String> before = edges();

        assertThat(before).filteredOn(edge -> edge.contains("REPLIES_TO")).hasSize(300);
        assertThat(graph().apply(posts)).isEqualTo(new GraphChange(0, 0));
        assertThat(edges()).isEqualTo(before);
    }

    @Test
    void names_with_signs_of_a_query_language_are_only_names() {
        String odd = "x'}) DETACH DELETE (n) // \"`$rows;";
        graph().apply(List.of(new PostGraph(
                TENANT, post(1), CHANNEL, List.of(odd), List.of(odd), List.of(odd), null, 0, odd, null, 0)));

        assertThat(nodes()).hasSize(6);
        assertThat(edges()).contains("Post " + post(1) + " REFERS_TO WebPage " + odd);
        graph().apply(List.of(tagged(1)));
        assertThat(edges()).containsExactly("Channel " + CHANNEL + " HAS_POST Post " + post(1));
    }

    private static UserInterests interests(long user, Map<String, Double> weights) {
        return new UserInterests(TENANT, user, weights);
    }

    @Test
    void interests_follow_those_of_the_user_and_a_replay_changes_nothing() {
        graph().apply(List.of(tagged(1, "kafka")));
        var first = List.of(
                interests(7, Map.of("Нейросети", 0.75, "нейросеть", 0.5, "kafka", 0.25)),
                interests(8, Map.of("kafka", 0.75)));
        graph().applyInterests(first);

        List<String> before = edges();
        assertThat(before)
                .contains(
                        "User 7 INTERESTED_IN Tag нейросеть 0.75",
                        "User 7 INTERESTED_IN Tag kafka 0.25",
                        "User 8 INTERESTED_IN Tag kafka 0.75");
        graph().applyInterests(first);
        assertThat(edges()).isEqualTo(before);

        graph().applyInterests(List.of(interests(7, Map.of("kafka", 0.5, "чай", 0.75))));
        assertThat(edges())
                .filteredOn(edge -> edge.startsWith("User"))
                .containsExactlyInAnyOrder(
                        "User 7 INTERESTED_IN Tag kafka 0.5",
                        "User 7 INTERESTED_IN Tag чай 0.75",
                        "User 8 INTERESTED_IN Tag kafka 0.75");

        graph().applyInterests(List.of(interests(7, Map.of()), interests(9, Map.of())));
        assertThat(edges())
                .filteredOn(edge -> edge.startsWith("User"))
                .containsExactly("User 8 INTERESTED_IN Tag kafka 0.75");
    }

    @Test
    void a_tag_of_interest_stays_without_posts_and_goes_with_the_interest() {
        graph().apply(List.of(tagged(1, "kafka")));
        graph().applyInterests(List.of(interests(7, Map.of("kafka", 0.75))));

        graph().remove(TENANT, List.of(post(1)));
        removeAllOrphans();
        assertThat(nodes()).containsExactlyInAnyOrder("Tag kafka", "User 7");

        graph().applyInterests(List.of(interests(7, Map.of())));
        removeAllOrphans();
        assertThat(nodes()).isEmpty();
    }

    private void removeAllOrphans() {
        for (String place = ""; place != null; ) {
            place = graph().removeOrphans(place, 100).next();
        }
    }

    /** All nodes as {@code Tag kafka}. */
    protected abstract List<String> nodes();

    /**
     * All relationships, sorted, as {@code Post 1 TAGGED_AS Tag kafka}; with the position of a post in its album, or the weight of
     * {@code RELATED_TO} or {@code INTERESTED_IN}, at the end.
     */
    protected abstract List<String> edges();

    /** The pairs of related tags of a tenant with their weights, sorted, as {@code kafka redis 2}. */
    protected abstract List<String> related(UUID tenant);
}
