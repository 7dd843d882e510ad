package routes.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RankingTaskTest {
    private final RankingTask task = new RankingTask("rain", List.of("sun", "rain", "snow"), "", "");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[2, 3, 1]",
                "Here is the order:\n```json\n[2,3,1]\n```",
                "[2, 3]",
                "[2, 2, 3, 99, 0]",
            })
    void an_answer_is_read_leniently_and_completed(String answer) {
        assertThat(task.read(answer)).containsExactly(1, 2, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Passage 2 is best", "[]", "[99]", "[\"2\"]"})
    void an_answer_that_orders_nothing_is_unusable(String answer) {
        assertThatThrownBy(() -> task.read(answer)).isInstanceOf(ModelFailureException.class);
    }

    @Test
    void results_of_a_reranking_model_are_ordered_by_relevance() throws Exception {
        assertThat(
                        task.read(
                                new ObjectMapper()
                                        .readTree(
                                                """
                                [{"index": 0, "relevance_score": 0.2}, {"index": 1, "relevance_score": 0.9},
                                 {"index": 7, "relevance_score": 1}, {"index": 2, "relevance_score": 0.5}]
                                """)))
                .containsExactly(1, 2, 0);
    }
}
