package routes.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import routes.stories.Stories.Told;
import routes.text.SearchWords;

class StoriesTest {
    private static final Instant DAY = Instant.parse("2026-10-30T10:00:00Z");
    private static final String RATE =
            "Банк России повысил ключевую ставку до 21% годовых, регулятор допускает новое повышение.";
    private static final String RATE_RETOLD =
            "ЦБ: ключевая ставка повышена до 21 процента. Регулятор не исключает нового повышения.";
    private static final String RATE_NEXT =
            "Банк России понизил ключевую ставку до 18% годовых, регулятор допускает новое снижение.";

    private final Stories stories = new Stories(new SameStory(new SearchWords()));

    private static Told told(String text, Instant at) {
        return new Told(UUID.randomUUID(), UUID.randomUUID(), at, text, null, null);
    }

    private static Told member(String album, String text) {
        return new Told(UUID.randomUUID(), UUID.randomUUID(), DAY, text, album, null);
    }

    private static Told forward(String origin, String text) {
        return new Told(UUID.randomUUID(), UUID.randomUUID(), DAY, text, null, origin);
    }

    @Test
    void one_story_in_other_words_is_merged_and_another_decision_is_not() {
        assertThat(stories.of(List.of(told(RATE, DAY), told(RATE_RETOLD, DAY.plusSeconds(600)), told(RATE_NEXT, DAY))))
                .extracting(story -> story.posts().size())
                .containsExactlyInAnyOrder(2, 1);
    }

    @Test
    void an_album_is_one_story_whatever_its_members_say() {
        assertThat(stories.of(List.of(
                        member("a", "Закат на Байкале"), member("a", ""), member("a", "Олень"), member("b", ""))))
                .extracting(story -> story.posts().size())
                .containsExactlyInAnyOrder(3, 1);
    }

    @Test
    void forwards_of_one_message_are_one_story() {
        assertThat(stories.of(
                        List.of(forward("-100/7", "Срочно"), forward("-100/7", "Важно"), forward("-100/8", "Срочно"))))
                .extracting(story -> story.posts().size())
                .containsExactlyInAnyOrder(2, 1);
    }

    @Test
    void the_same_words_a_week_later_are_another_story() {
        assertThat(stories.of(List.of(told(RATE, DAY), told(RATE, DAY.plus(Duration.ofDays(7))))))
                .hasSize(2);
        assertThat(stories.of(List.of(told(RATE, DAY), told(RATE, DAY.plus(Duration.ofDays(1))))))
                .hasSize(1);
    }

    @Test
    void the_order_of_the_posts_does_not_matter_and_none_is_lost() {
        List<Told> posts = new ArrayList<>(List.of(
                told(RATE, DAY),
                told(RATE_RETOLD, DAY.plusSeconds(60)),
                told(RATE_NEXT, DAY.plusSeconds(120)),
                member("a", "Олень"),
                member("a", ""),
                told("", DAY),
                told("Первый снег выпал в Москве", DAY)));
        Set<Set<UUID>> expected = ids(posts);
        for (int i = 0; i < 5; i++) {
            Collections.shuffle(posts, new Random(i));
            assertThat(ids(posts)).isEqualTo(expected);
        }
        assertThat(expected.stream().flatMap(Set::stream)).hasSize(posts.size());
    }

    private Set<Set<UUID>> ids(List<Told> posts) {
        return stories.of(posts).stream()
                .map(story -> story.posts().stream().map(Told::postId).collect(Collectors.toSet()))
                .collect(Collectors.toSet());
    }

    @Test
    void thousands_of_posts_with_common_words_take_seconds() {
        List<Told> posts = IntStream.range(0, 3_000)
                .mapToObj(i -> told(
                        "Курс доллара сегодня " + (60 + i * 0.37) + " рубля, сообщает корреспондент номер " + i
                                + " из города " + (char) ('А' + i % 30) + "ск" + i / 30,
                        DAY.plusSeconds(i)))
                .toList();
        long started = System.nanoTime();
        assertThat(stories.of(posts)).hasSizeGreaterThan(1_000);
        // a bound for work that grows with the square of the posts: that took minutes
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(90));
    }
}
