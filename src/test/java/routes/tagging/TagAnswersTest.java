package routes.tagging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.llm.ModelFailureException;

class TagAnswersTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[\"Python\", \"релиз\"]",
                "{\"tags\": [\"Python\", \"релиз\"]}",
                "{\"теги\": [\"Python\", \"релиз\"]}",
                "```json\n[\"Python\", \"релиз\"]\n```",
                "Вот теги: [\"Python\", \"релиз\"]. Надеюсь, помог!",
                "[«Python», «релиз»]",
                "[“Python”, “релиз”]",
                "['Python', 'релиз']",
                "[\"Python\", \"релиз\",]",
                "[\"#Python\", \"#релиз\"]",
                "[{\"tag\": \"Python\"}, {\"tag\": \"релиз\"}]",
                "{\"post\": 1, \"tags\": [\"Python\", \"релиз\"]}",
                "[{\"post\": 1, \"tags\": [\"Python\", \"релиз\"]}]",
                "<think>The user [maybe] wants tags</think>[\"Python\", \"релиз\"]",
                "Python, релиз",
                "1. Python\n2. релиз",
                "- Python\n- релиз",
                "Теги: «Python» и «релиз»",
                "[\"example\", \"tags\"]\nNo, not these.</think>\n[\"Python\", \"релиз\"]",
                "#Python #релиз",
                "{\"Tags\": [\"Python\", \"релиз\"]}",
                "{\"tags\": \"Python, релиз\"}",
                "{\"result\": {\"tags\": [\"Python\", \"релиз\"]}}",
                "[{\"value\": \"Python\"}, {\"value\": \"релиз\"}]",
                "- **Python**\n- **релиз**",
                "\"[\\\"Python\\\", \\\"релиз\\\"]\"",
                "{\"tag\": \"Python\"}\n{\"tag\": \"релиз\"}",
                "[\"Pyt\u200bhon\", \"релиз\"]",
                "1) Python\n2) релиз",
                "Теги: Python, релиз",
                "**Ключевые слова:** Python, релиз",
                "Python, релиз,",
                "[‹Python›, ‹релиз›]",
                "[„Python“, „релиз“]",
                "‘Python’, ‘релиз’",
                "```yaml\n- Python\n- релиз\n```",
                "```javascript\n[\"Python\", \"релиз\"]\n```",
                "{\"ответ\": {\"Ключевые слова\": [{\"слово\": \"Python\"}, {\"слово\": \"релиз\"}]}}",
                "{\"data\": [{\"items\": [\"Python\", \"релиз\"]}]}",
                "{\"1\": \"Python\", \"2\": \"релиз\"}",
                "{\"Python\": 0.9, \"релиз\": 0.4}",
                "[\"Python\"]\n[\"релиз\"]",
                "[\"Python\", \"релиз\", \"производит",
                "{\"tags\": [\"Python\", \"релиз\", \"произв",
                "<thinking>cut\n</thinking>\n• Python\n• релиз",
                "\uFEFF[\"Python\", \"релиз\"]"
            })
    void the_tags_are_found_in_whatever_they_are_wrapped_in(String content) {
        assertThat(TagAnswers.read(content, 1)).containsExactly(List.of("Python", "релиз"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{}", "{\"tags\": []}", "[[], []]", "<think>Let me see [1] and {2}"})
    void an_answer_without_tags_is_unusable(String content) {
        assertThatThrownBy(() -> TagAnswers.read(content, 1)).isInstanceOf(ModelFailureException.class);
    }

    @Test
    void long_prose_is_not_taken_for_a_list() {
        assertThatThrownBy(() -> TagAnswers.read("Слово, ".repeat(200), 1)).isInstanceOf(ModelFailureException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"post\": 1, \"tags\": [\"a\"]}, {\"post\": 2, \"tags\": []}, {\"post\": 3, \"tags\": [\"c\"]}]",
                "[{\"post\": \"3\", \"tags\": [\"c\"]}, {\"post\": \"1\", \"tags\": [\"a\"]}]",
                "{\"posts\": [{\"n\": 1, \"tags\": [\"a\"]}, {\"n\": 3, \"tags\": [\"c\"]}]}",
                "{\"1\": [\"a\"], \"3\": [\"c\"]}",
                "{\"post 1\": [\"a\"], \"post 2\": [], \"post 3\": [\"c\"]}",
                "[[\"a\"], [], [\"c\"]]",
                "```\n[[\"a\"], [], [\"c\"]]\n```",
                "{\"post\": 1, \"tags\": [\"a\"]}\n{\"post\": 3, \"tags\": [\"c\"]}",
                "[{\"post\": 1, \"tags\": [\"a\"]}, {\"post\": 3, \"tags\": [\"c\"]}, {\"post\": 2, \"ta"
            })
    void each_of_several_posts_gets_its_own_tags(String content) {
        assertThat(TagAnswers.read(content, 3)).containsExactly(List.of("a"), List.of(), List.of("c"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[\"a\", \"b\"]",
                "[[\"a\"], [\"b\"]]",
                "[{\"post\": 7, \"tags\": [\"a\"]}]",
                "[{\"post\": 0, \"tags\": [\"a\"]}]",
                "a, b, c"
            })
    void tags_that_cannot_be_told_apart_by_post_are_not_used(String content) {
        assertThatThrownBy(() -> TagAnswers.read(content, 3)).isInstanceOf(ModelFailureException.class);
    }
}
