package routes.tagging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import routes.llm.UnusableAnswerException;

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
                "Теги: «Python» и «релиз»"
            })
    void theTagsAreFoundInWhateverTheyAreWrappedIn(String content) {
        assertThat(TagAnswers.read(content, 1)).containsExactly(List.of("Python", "релиз"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{}", "{\"tags\": []}", "[[], []]"})
    void anAnswerWithoutTagsIsUnusable(String content) {
        assertThatThrownBy(() -> TagAnswers.read(content, 1)).isInstanceOf(UnusableAnswerException.class);
    }

    @Test
    void longProseIsNotTakenForAList() {
        assertThatThrownBy(() -> TagAnswers.read("Слово, ".repeat(200), 1)).isInstanceOf(UnusableAnswerException.class);
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
                "```\n[[\"a\"], [], [\"c\"]]\n```"
            })
    void eachOfSeveralPostsGetsItsOwnTags(String content) {
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
    void tagsThatCannotBeToldApartByPostAreNotUsed(String content) {
        assertThatThrownBy(() -> TagAnswers.read(content, 3)).isInstanceOf(UnusableAnswerException.class);
    }
}
