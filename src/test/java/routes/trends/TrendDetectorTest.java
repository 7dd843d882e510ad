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
import java.util.UUID;
import org.junit.jupiter.api.Test;
import routes.text.SearchWords;
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
        return detector.find(window, before, postsBefore, FROM, TO);
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
