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
    void whateverPeopleTypeFindsItsPost(String set) {
        assertThat(evaluation.missed(set)).isEmpty();
    }

    @Test
    void whatWasWrittenBeforeItWasTriedIsFoundButForAFew() {
        assertThat(evaluation.score("more", null).found())
                .as("not found: %s", evaluation.missed("more"))
                .isGreaterThan(0.97);
    }

    @Test
    void questionsAboutTheDemoChannelFindTheirPost() {
        assertThat(evaluation.score("demo", null).ndcg()).isGreaterThan(0.98);
    }

    @Test
    void russianQuestionsFindTheirParagraphAndBetterThanByStemsAlone() throws IOException {
        double ndcg = evaluation.score("xquad-ru", null).ndcg();

        assertThat(ndcg).isGreaterThan(0.964);
        assertThat(ndcg - evaluation.stemsAlone("xquad-ru").ndcg()).isGreaterThan(0.012);
        assertThat(evaluation.score("xquad-ru, typing errors", null).ndcg()).isGreaterThan(0.94);
    }
}
