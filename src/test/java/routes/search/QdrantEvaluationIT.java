package routes.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.testing.qdrant.QdrantStandIn;
import routes.text.SearchWords;
import routes.vectorindex.qdrant.QdrantVectorIndex;

/** The same questions as {@link SearchEvaluationTest}, for the index in Qdrant; the scorecard goes to a file beside. */
class QdrantEvaluationIT {
    private static final Logger LOG = LoggerFactory.getLogger(QdrantEvaluationIT.class);
    private static final Path SCORECARD = Path.of("target", "search-evaluation-qdrant.txt");

    @RegisterExtension
    static final QdrantStandIn SERVER = new QdrantStandIn();

    private static SearchEvaluation evaluation;

    @BeforeAll
    static void measure() throws IOException {
        evaluation = new SearchEvaluation(
                new QdrantVectorIndex(SERVER.properties(), new SearchWords()),
                Integer.getInteger("evaluation.questions", 300));
        LOG.info("{}:\n{}", SCORECARD, evaluation.scorecard(SCORECARD));
    }

    @AfterAll
    static void close() {
        evaluation.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"queries", "forms", "signs"})
    void whatever_people_type_finds_its_post(String set) {
        assertThat(evaluation.missed(set)).isEmpty();
    }

    @Test
    void what_was_written_before_it_was_tried_is_found_but_for_a_few() {
        assertThat(evaluation.score("more", null).found())
                .as("not found: %s", evaluation.missed("more"))
                .isGreaterThan(0.97);
    }

    @Test
    void the_figures_are_near_those_of_the_index_in_files() {
        assertThat(evaluation.score("demo", null).ndcg()).isGreaterThan(0.98);
        assertThat(evaluation.score("xquad-ru", null).ndcg()).isGreaterThan(0.94);
        assertThat(evaluation.score("xquad-ru, typing errors", null).ndcg()).isGreaterThan(0.92);
    }
}
