package routes.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.vectorindex.lucene.LuceneVectorIndex;

/**
 * How good the search is, and that it stays so. The scorecard goes to {@code target/search-evaluation.txt}; floors are a little
 * below what was measured (decision 35).
 */
class SearchEvaluationTest {
    private static final Logger LOG = LoggerFactory.getLogger(SearchEvaluationTest.class);
    private static final Path SCORECARD = Path.of("target", "search-evaluation.txt");

    @TempDir
    static Path folder;

    private static SearchEvaluation evaluation;

    @BeforeAll
    static void measure() throws IOException {
        evaluation = new SearchEvaluation(LuceneVectorIndex.open(folder), Integer.MAX_VALUE);
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
    void questions_about_the_demo_channel_find_their_post() {
        assertThat(evaluation.score("demo", null).ndcg()).isGreaterThan(0.98);
    }

    @Test
    void russian_questions_find_their_paragraph_and_better_than_by_stems_alone() throws IOException {
        double ndcg = evaluation.score("xquad-ru", null).ndcg();

        assertThat(ndcg).isGreaterThan(0.964);
        assertThat(ndcg - evaluation.stemsAlone("xquad-ru").ndcg()).isGreaterThan(0.012);
        assertThat(evaluation.score("xquad-ru, typing errors", null).ndcg()).isGreaterThan(0.94);
    }
}
