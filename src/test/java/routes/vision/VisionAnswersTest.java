package routes.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.llm.ModelFailureException;

class VisionAnswersTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                """
                {"classification":"screenshot","description":"Окно программы","labels":["Окно","код"],"objects":["кнопка"],\
                "ocr":"Ошибка 42","is_meme":false}""",
                """
                Вот ответ:
                ```json
                {"classification": {"type": "Screenshot", "confidence": 0.9}, "description": "Окно программы",
                 "labels": ["окно", "код", "окно"], "objects": [{"name": "кнопка"}], "ocr": {"text": "Ошибка 42", "engine": "x"}}
                ```
                Надеюсь, помог.""",
                """
                {'classification': 'screenshot', 'description': 'Окно программы', 'labels': 'окно, код', 'objects': ['кнопка'],
                 'ocr_text': 'Ошибка 42',}""",
                """
                {x} {"classification":"screenshot","description":" Окно программы ","labels":["окно","код"],"objects":["кнопка"],\
                "ocr":null,"ocr_text":"Ошибка 42"} {"description":"another"}"""
            })
    void answers_of_many_forms_are_read(String content) {
        FileVision read = VisionAnswers.read(content);

        assertThat(read.classification().type()).isEqualTo("screenshot");
        assertThat(read.description()).isEqualTo("Окно программы");
        assertThat(read.labels()).containsExactly("окно", "код");
        assertThat(read.objects()).containsExactly("кнопка");
        assertThat(read.ocrText()).isEqualTo("Ошибка 42");
        assertThat(read.isMeme()).isFalse();
    }

    @Test
    void content_is_limited_and_unknown_kinds_are_other() {
        String labels = String.join(
                ",", IntStream.range(0, 50).mapToObj(i -> "\"l" + i + "\"").toList());

        FileVision read = VisionAnswers.read("{\"classification\":\"painting\",\"description\":\"" + "д".repeat(5_000)
                + "\",\"labels\":[" + labels + "],\"objects\":[" + labels + "],\"ocr\":\"none\",\"confidence\":7}");

        assertThat(read.classification().type()).isEqualTo("other");
        assertThat(read.classification().confidence()).isEqualTo(1);
        assertThat(read.description()).hasSize(1_000);
        assertThat(read.labels()).hasSize(20);
        assertThat(read.objects()).hasSize(10);
        assertThat(read.ocr()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "I cannot help with that.",
                "{}",
                "[1,2]",
                "{\"is_meme\":true}",
                "{\"description\":\"\"}",
                "{\"a\""
            })
    void an_answer_without_content_is_unusable(String content) {
        assertThatExceptionOfType(ModelFailureException.class).isThrownBy(() -> VisionAnswers.read(content));
    }

    @Test
    void the_features_hash_depends_on_the_features_and_not_on_their_order() {
        FileVision one = VisionAnswers.read("{\"description\":\"a\",\"labels\":[\"x\",\"y\"]}");
        FileVision reordered = VisionAnswers.read("{\"description\":\"other words\",\"labels\":[\"y\",\"x\"]}");
        FileVision more = VisionAnswers.read("{\"description\":\"a\",\"labels\":[\"x\",\"y\"],\"ocr\":\"text\"}");

        String hash = PostVision.featuresHash(List.of(one));
        assertThat(PostVision.featuresHash(List.of(reordered))).isEqualTo(hash);
        assertThat(PostVision.featuresHash(List.of(more))).isNotEqualTo(hash);
        assertThat(PostVision.featuresHash(List.of(one, one))).isNotEqualTo(hash);
        assertThat(PostVision.featuresHash(List.of())).isNotEqualTo(hash);
    }
}
