package routes.answers;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import routes.text.SearchWords;

/** What a question asks for, of which time, and whether it needs the question before. */
class IntentTest {
    /** A Wednesday. */
    private static final Instant NOW = Instant.parse("2026-11-04T15:00:00Z");

    private final FollowUps followUps = new FollowUps(new Terms(new SearchWords()));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Что такое токамак? | ASK",
                "как найти полярную звезду | ASK",
                "who wrote git | ASK",
                "Какие посты лучше всего объясняют виртуальные потоки | SEARCH",
                "найди посты про космос | SEARCH",
                "Покажи всё о Redis | SEARCH",
                "find posts about rust | SEARCH",
                "show me everything on search | SEARCH",
                "дайджест за неделю | DIGEST",
                "что нового про ИИ? | DIGEST",
                "Главное за сегодня | DIGEST",
                "summarize the news of this week | DIGEST",
                "what's new | DIGEST",
                "какие сейчас тренды | TREND",
                "о чём чаще пишут в последнее время | TREND",
                "trending topics | TREND",
                "посоветуй, что почитать | RECOMMEND",
                "what should I read about space | RECOMMEND"
            })
    void the_words_of_a_question_state_what_it_asks_for(String question, Intent intent) {
        assertThat(Intent.of(question)).isEqualTo(intent);
    }

    @Test
    void the_topic_is_the_question_without_the_words_of_the_intent() {
        assertThat(Intent.SEARCH.topic("найди посты про космос"))
                .contains("космос")
                .doesNotContain("найди");
        assertThat(Intent.DIGEST.topic("что нового про ИИ")).isEqualTo("про ИИ");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "что писали вчера о космосе, 2026-11-03T00:00:00Z, 2026-11-04T00:00:00Z",
                "новости за сегодня, 2026-11-04T00:00:00Z, -",
                "дайджест за неделю, 2026-10-28T00:00:00Z, -",
                "за последние 3 дня, 2026-11-01T00:00:00Z, -",
                "what happened in the last 2 weeks, 2026-10-21T00:00:00Z, -",
                "на прошлой неделе, 2026-10-26T00:00:00Z, 2026-11-02T00:00:00Z",
                "this month, 2026-10-05T00:00:00Z, -",
                "что случилось в 1969 году, -, -",
                "the robot worked for a week, -, -"
            })
    void a_period_relative_to_today_limits_the_posts(String question, Instant from, Instant to) {
        Period period = Period.of(question, NOW);

        assertThat(period.from()).isEqualTo(from);
        assertThat(period.to()).isEqualTo(to);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "а кто его придумал? | true",
                "Who invented it? | true",
                "а в Якутии? | true",
                "почему? | true",
                "And in Russia? | true",
                "подробнее | true",
                "Что такое токамак? | false",
                "кто придумал градиентный спуск | false",
                "How large is the mirror of the James Webb telescope? | false"
            })
    void a_question_with_a_pronoun_or_without_a_subject_needs_the_one_before(String question, boolean isIncomplete) {
        assertThat(followUps.isIncomplete(question)).isEqualTo(isIncomplete);
    }

    @Test
    void it_is_completed_with_the_subject_of_the_one_before() {
        assertThat(followUps.byRule("а кто его придумал?", java.util.List.of("Что такое стеммер Snowball?")))
                .isEqualTo("а кто его придумал? (стеммер Snowball)");
    }
}
