package routes.answers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.answers.AnswerTask.Draft;
import routes.configuration.ConfigFolderProperties;
import routes.llm.AnswerParts;
import routes.text.Language;

class AnswerTaskTest {
    private final Drafting drafting = new Drafting();
    private final AnswerTask task = new AnswerTask(
            "Что такое токамак?",
            Intent.ASK,
            Language.RU,
            List.of(),
            IntStream.rangeClosed(1, 4).mapToObj(AnswerTaskTest::passage).toList(),
            10,
            new AnswerPrompts(new ConfigFolderProperties(Path.of("config"))),
            drafting);

    private static Passage passage(int number) {
        var post = new Passage.Post(
                UUID.randomUUID(), number, UUID.randomUUID(), "Наука", null, Instant.EPOCH, 0, List.of());
        return new Passage(post, List.of("Токамак удерживает плазму."), "post", 1, 1, List.of(), false);
    }

    private static final List<Integer> ALL_AT_ONCE = List.of();

    /** The sentences that come while the answer grows by these numbers of letters in turn. */
    private List<Draft> whileWritten(String content, List<Integer> steps) throws InterruptedException {
        AnswerParts parts = task.parts();
        assertThat(parts.begins("openrouter", "a/model")).isTrue();
        List<Draft> drafts = new ArrayList<>();
        for (int end = 0, i = 0; end < content.length(); i++) {
            end = steps.isEmpty() ? content.length() : Math.min(content.length(), end + steps.get(i % steps.size()));
            parts.written(content.substring(0, end));
            drafts.addAll(drafting.next(0).drafts());
        }
        return drafts;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Токамак удерживает плазму [1]. Его придумали Тамм и Сахаров [2]. Первый построили в 1954 году [1].",
                "Токамак удерживает плазму. [1] Его придумали Тамм и Сахаров. [2][3] Первый построен давно. [1]",
                "Токамак — это камера. Она удерживает плазму. Так пишут все [1][2].\n\nЕго придумали Тамм и Сахаров [3].",
                "1. Токамак удерживает плазму [1]\n2. Его придумали Тамм и Сахаров [2]\n3. Первый построен в 1954 году [1]\n",
                "- **Токамак** удерживает плазму [1].\n- Его придумали И. Е. Тамм и А. Д. Сахаров [1, 2].\n",
                "Он стоит 3.5 млн руб. и весит 20 т. без обмотки [1]. По данным т. е. Минфина, это много [2-4]. Да [1].",
                "Plasma is held by magnets [source 1]. It was Tamm's idea, e.g. of 1951 [^2]. See [that.](x) Then [3].",
                "Плазма [1] держится полем. Поле [2] создают катушки… Они холодные! [3] А вы? [4] Конец [1].",
                "Температура 150 млн °C [1]! (Это в 10 раз горячее Солнца [2].) «Рекорд», — сказал он [3]. и ушёл [4].",
                "Первое.[1]Второе.[2]Третье. [3]"
            })
    void sentences_that_come_while_the_answer_grows_are_those_of_the_whole_answer(String content) throws Exception {
        List<Draft> whole = task.read(content);

        for (List<Integer> steps : List.of(List.of(1), List.of(2, 5), List.of(7), List.of(30), ALL_AT_ONCE)) {
            List<Draft> parts = whileWritten(content, steps);

            assertThat(parts).as("in steps of %s", steps).hasSizeLessThanOrEqualTo(whole.size());
            assertThat(whole.subList(0, parts.size()))
                    .as("in steps of %s", steps)
                    .isEqualTo(parts);
        }
    }

    @Test
    void a_sentence_comes_as_soon_as_the_next_one_has_begun() throws Exception {
        List<Draft> drafts = whileWritten("Токамак удерживает плазму [1]. Е", List.of(1));

        assertThat(drafts).containsExactly(new Draft("Токамак удерживает плазму.", List.of(0)));
    }

    @Test
    void sentences_without_a_blank_between_them_are_two() {
        assertThat(task.read("Первое предложение.[1]Второе предложение.[2]"))
                .containsExactly(
                        new Draft("Первое предложение.", List.of(0)), new Draft("Второе предложение.", List.of(1)));
    }

    @Test
    void a_sentence_that_may_still_get_a_citation_waits() throws Exception {
        assertThat(whileWritten("Токамак удерживает плазму [1]. [", List.of(1))).isEmpty();
        assertThat(whileWritten("Токамак удерживает плазму. Его придумали", List.of(1)))
                .isEmpty();
    }

    @Test
    void a_model_that_begins_anew_takes_back_what_is_not_shown_and_none_begins_after_something_is_shown()
            throws Exception {
        AnswerParts parts = task.parts();
        parts.begins("openrouter", "one");
        parts.written("Первая версия ответа [1]. В");
        Drafting.Some first = drafting.next(0);
        assertThat(parts.begins("openrouter", "two")).isTrue();

        assertThat(drafting.use(first.attempt())).isFalse();

        parts.written("Вторая версия ответа [1]. И");
        Drafting.Some second = drafting.next(0);
        assertThat(second.drafts()).containsExactly(new Draft("Вторая версия ответа.", List.of(0)));
        assertThat(drafting.use(second.attempt())).isTrue();
        assertThat(parts.begins("gigachat", "three")).isFalse();
        assertThat(drafting.call()).isEqualTo(new Drafting.Call(2, "openrouter", "two", true));
    }
}
