package routes.trends;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import routes.text.SearchWords;
import routes.trends.TrendDetector.Baseline;
import routes.trends.TrendDetector.Found;
import routes.trends.TrendDetector.Post;

class TrendDetectorTest {
    private static final Instant TO = Instant.parse("2026-11-29T00:00:00Z");
    private static final Instant FROM = TO.minus(Duration.ofHours(24));

    private final TrendDetector detector =
            new TrendDetector(new TrendsProperties("-", Duration.ofHours(1), 5, 2, 100, 15.1));
    private final List<UUID> channels = List.of(UUID.randomUUID(), UUID.randomUUID(), UUID.randomUUID());

    private Post post(int channel, String... terms) {
        Map<String, String> all = new HashMap<>();
        for (String term : terms) {
            all.put(term, term);
        }
        return new Post(UUID.randomUUID(), channels.get(channel), TO.minusSeconds(60), all);
    }

    private List<Post> posts(int count, int ofChannels, String... terms) {
        List<Post> posts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            posts.add(post(i % ofChannels, terms));
        }
        return posts;
    }

    private List<Found> find(List<Post> window, Map<String, Integer> before, int postsBefore) {
        return detector.find(window, new Baseline(before, postsBefore, Map.of(), 0, Set.copyOf(channels)), FROM, TO);
    }

    @Test
    void a_channel_that_repeats_a_word_makes_no_trend_of_it_even_if_another_one_mentions_it() {
        for (int spam : new int[] {4, 30, 500}) {
            List<Post> window = new ArrayList<>(posts(spam, 1, "распродажа"));
            window.add(post(1, "распродажа"));
            window.addAll(posts(90, 3, "погода"));

            assertThat(find(window, Map.of("погода", 900), 1_000))
                    .as(spam + " times")
                    .isEmpty();
        }
        List<Post> told = new ArrayList<>(posts(500, 1, "выборы"));
        told.addAll(List.of(post(1, "выборы"), post(2, "выборы"), post(1, "выборы"), post(2, "выборы")));
        told.addAll(posts(90, 3, "погода"));
        assertThat(find(told, Map.of("погода", 900), 1_000))
                .singleElement()
                .satisfies(trend -> assertThat(trend.posts()).hasSize(504));
    }

    @Test
    void where_one_channel_is_enough_its_posts_all_count() {
        var one = new TrendDetector(new TrendsProperties("-", Duration.ofHours(1), 5, 1, 100, 15.1));
        List<Post> window = new ArrayList<>(posts(10, 1, "затмение"));
        window.addAll(posts(90, 1, "погода"));

        assertThat(one.find(
                        window,
                        new Baseline(Map.of("погода", 900), 1_000, Map.of(), 0, Set.copyOf(channels)),
                        FROM,
                        TO))
                .extracting(Found::keyword)
                .containsExactly("затмение");
    }

    @Test
    void what_comes_on_the_same_day_of_every_week_is_no_trend_on_that_day_unless_there_is_much_more_of_it() {
        List<Post> window = new ArrayList<>(posts(8, 3, "пятница"));
        window.addAll(posts(92, 3, "погода"));
        // four Fridays of the 28 days
        Baseline usual = new Baseline(
                Map.of("пятница", 32, "погода", 2_700),
                2_800,
                Map.of("пятница", 32, "погода", 368),
                400,
                Set.copyOf(channels));

        assertThat(detector.find(window, usual, FROM, TO)).isEmpty();
        List<Post> more = new ArrayList<>(posts(30, 3, "пятница"));
        more.addAll(posts(92, 3, "погода"));
        assertThat(detector.find(more, usual, FROM, TO)).hasSize(1);
    }

    @Test
    void a_word_that_is_always_frequent_is_no_trend_however_many_posts_have_it() {
        List<Post> window = new ArrayList<>(posts(90, 3, "россия"));
        window.addAll(posts(30, 3, "погода"));

        assertThat(find(window, Map.of("россия", 700, "погода", 300), 1_000)).isEmpty();
    }

    @Test
    void channels_on_their_first_day_make_no_trends_of_what_may_be_usual_for_them() {
        List<Post> window = new ArrayList<>(posts(40, 3, "рецепт"));
        window.addAll(posts(90, 3, "погода"));
        Baseline others =
                new Baseline(Map.of("погода", 900), 1_000, Map.of(), 0, Set.of(channels.get(0), UUID.randomUUID()));

        assertThat(detector.find(window, others, FROM, TO)).isEmpty();
    }

    @Test
    void a_term_that_many_more_posts_have_than_usual_is_a_trend() {
        List<Post> window = new ArrayList<>(posts(10, 3, "затмение"));
        window.addAll(posts(90, 3, "погода"));

        List<Found> found = find(window, Map.of("затмение", 3, "погода", 900), 1_000);

        assertThat(found).singleElement().satisfies(trend -> {
            assertThat(trend.keyword()).isEqualTo("затмение");
            assertThat(trend.expected()).isCloseTo(0.35, within(0.01));
            assertThat(trend.burst()).isGreaterThan(25);
            assertThat(trend.channels()).isEqualTo(3);
            assertThat(trend.posts()).hasSize(10);
            assertThat(trend.series()).hasSize(12).endsWith(10);
        });
    }

    @Test
    void one_channel_alone_few_posts_and_too_little_to_compare_with_make_no_trend() {
        assertThat(find(posts(30, 1, "акция"), Map.of(), 1_000)).isEmpty();
        List<Post> few = new ArrayList<>(posts(4, 3, "затмение"));
        few.addAll(posts(90, 3, "погода"));
        assertThat(find(few, Map.of("погода", 900), 1_000)).isEmpty();
        List<Post> window = new ArrayList<>(posts(10, 3, "затмение"));
        window.addAll(posts(90, 3, "погода"));
        assertThat(find(window, Map.of("погода", 80), 90)).isEmpty();
    }

    @Test
    void terms_of_the_same_posts_are_one_trend() {
        List<Post> window = new ArrayList<>(posts(10, 3, "затмение", "солнечное затмение", "солнце"));
        window.addAll(posts(10, 3, "выборы"));
        window.addAll(posts(80, 3, "погода"));

        List<Found> found = find(window, Map.of("погода", 900), 1_000);

        assertThat(found).hasSize(2);
        assertThat(found)
                .filteredOn(trend -> trend.keyword().equals("солнечное затмение"))
                .singleElement()
                .satisfies(trend -> assertThat(trend.topics()).containsExactlyInAnyOrder("затмение", "солнце"));
    }

    @Test
    void chance_makes_no_trends() {
        // 400 terms with the same frequency in the window and before, ten times
        for (int seed = 0; seed < 10; seed++) {
            Random random = new Random(seed);
            List<Post> window = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                window.add(post(random.nextInt(3), "t" + random.nextInt(400), "u" + random.nextInt(40)));
            }
            Map<String, Integer> before = new HashMap<>();
            for (int i = 0; i < 3_000; i++) {
                before.merge("t" + random.nextInt(400), 1, Integer::sum);
                before.merge("u" + random.nextInt(40), 1, Integer::sum);
            }
            assertThat(find(window, before, 3_000)).isEmpty();
        }
    }

    @Test
    void the_ratio_is_that_of_its_formula() {
        // no difference; 10 of 100 against 10 of 1,000, computed by hand
        assertThat(TrendDetector.likelihoodRatio(10, 100, 100, 1_000)).isCloseTo(0, within(1e-9));
        assertThat(TrendDetector.likelihoodRatio(10, 100, 10, 1_000)).isCloseTo(22.908, within(0.001));
    }

    @Test
    void phrases_are_words_side_by_side_in_any_form() {
        TrendTerms terms = new TrendTerms(new SearchWords());
        String key = terms.of("Солнечное затмение увидят в Сибири", List.of())
                .keySet()
                .iterator()
                .next();
        assertThat(terms.of("Фото солнечного затмения, снятые вчера", List.of()))
                .containsKey(key);
        assertThat(terms.of("Солнечное, но затмение", List.of())).doesNotContainKey(key);
        assertThat(terms.of("", List.of("Солнечное затмение"))).containsKey(key);
    }
}
