package routes.answers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import routes.answers.Support.Verdict;
import routes.text.SearchWords;

class SupportTest {
    private static final Terms TERMS = new Terms(new SearchWords());
    private static final String TOKAMAK =
            "Токамак — это тороидальная камера с магнитными катушками. Удерживать плазму магнитным полем"
                    + " предложили в начале 1950-х Игорь Тамм и Андрей Сахаров. Плазму греют сильнее чем до ста миллионов градусов."
                    + " В 1969 году британские физики измерили температуру в Т-3 и подтвердили советские данные. Стенка не касается плазмы.";
    private static final String GIT =
            "In April 2005 the Linux kernel lost the free licence for BitKeeper, so Linus Torvalds sat down to"
                    + " write a replacement. Within days Git was hosting its own source. History cannot be altered quietly.";

    private final Support support = new Support(TERMS);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Токамак — это тороидальная камера с магнитными катушками.",
                "Магнитным полем плазму предложили удерживать Тамм и Сахаров.",
                "Тамм и Сахаров предложили удерживать плазму магнитным полем в начале 1950-х.",
                "В 1969 году советские данные подтвердили британские физики."
            })
    void other_forms_and_another_order_of_the_words_are_supported(String sentence) {
        assertThat(support.of(sentence, List.of(TOKAMAK))).isEqualTo(Verdict.SUPPORTED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // a number
                "В 1968 году британские физики измерили температуру в Т-3.",
                "Плазму греют до 300 миллионов градусов.",
                "В 1969 году 5 британских физиков измерили температуру в Т-3.",
                // a name
                "Удерживать плазму магнитным полем предложил Курчатов.",
                "В 1969 году американские физики из MIT измерили температуру в Т-3.",
                "Удерживать плазму магнитным полем предложили Игорь Тамм и Пётр Капица.",
                // a negation
                "Удерживать плазму магнитным полем не предложили Тамм и Сахаров.",
                "Британские физики не подтвердили советские данные.",
                "Стенка касается плазмы.",
                // another subject
                "Лучший сайт о кино собирает отзывы зрителей."
            })
    void a_wrong_number_name_negation_or_subject_is_not_supported(String sentence) {
        assertThat(support.of(sentence, List.of(TOKAMAK))).isEqualTo(Verdict.UNSUPPORTED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Linus Torvalds wrote a replacement in April 2005. | SUPPORTED",
                "Git was hosting its own source within days. | SUPPORTED",
                "Linus Torvalds wrote a replacement in April 2006. | UNSUPPORTED",
                "Richard Stallman wrote a replacement. | UNSUPPORTED",
                "History can be altered quietly. | UNSUPPORTED",
                "Git was not hosting its own source within days. | UNSUPPORTED"
            })
    void english_sentences_are_judged_in_the_same_way(String sentence, Verdict verdict) {
        assertThat(support.of(sentence, List.of(GIT))).isEqualTo(verdict);
    }

    @Test
    void words_that_are_scattered_over_a_long_passage_do_not_support_a_sentence() {
        String scattered =
                "Камера стоит в зале. " + "Здесь долго рассказывают о совсем другом предмете и его истории. ".repeat(4)
                        + "Плазму изучают в институте. "
                        + "Потом рассказ снова уходит в сторону на много предложений. ".repeat(4)
                        + "Катушки делают на заводе.";

        assertThat(support.of("Катушки камеры изучают плазму.", List.of(scattered)))
                .isNotEqualTo(Verdict.SUPPORTED);
    }

    @Test
    void a_sentence_in_other_words_or_another_language_is_for_a_model_to_judge() {
        assertThat(support.of("A toroidal chamber holds the plasma by a field.", List.of(TOKAMAK)))
                .isEqualTo(Verdict.UNCLEAR);
        assertThat(support.of("В установке греют плазму до огромных температур.", List.of(TOKAMAK)))
                .isNotEqualTo(Verdict.SUPPORTED);
    }

    @Test
    void a_number_of_another_language_is_compared_too() {
        assertThat(support.of("In 1971 British physicists measured the temperature.", List.of(TOKAMAK)))
                .isEqualTo(Verdict.UNSUPPORTED);
    }

    @Test
    void numbers_are_the_same_however_they_are_written() {
        assertThat(Support.numbers("10 000 и 3,5"))
                .isEqualTo(Support.numbers("10000 and 3.5"))
                .isEqualTo(Support.numbers("10,000; 3.5"));
        assertThat(support.of(
                        "Собрали 10000 подписей жителей города.", List.of("Жители города собрали 10 000 подписей.")))
                .isEqualTo(Verdict.SUPPORTED);
    }

    @Test
    void two_sources_together_may_support_a_sentence_that_cites_both() {
        List<String> both = List.of("Мост открыли весной.", "Тоннель закрыли осенью.");

        assertThat(support.of("Мост открыли весной, тоннель закрыли осенью.", both))
                .isEqualTo(Verdict.SUPPORTED);
    }
}
