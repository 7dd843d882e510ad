package routes.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.search.SearchEvaluation.Score;

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
        evaluation = new SearchEvaluation(folder);
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%-26s %-14s %9s %9s %8s %6s %6s%n",
                "set",
                "kind",
                "questions",
                "recall@5",
                "nDCG@10",
                "MRR",
                "found"));
        for (String set : evaluation.sets()) {
            List<String> kinds = evaluation.kinds(set);
            if (kinds.size() > 1) {
                kinds.forEach(kind -> table.append(row(set, kind, evaluation.score(set, kind))));
            }
            table.append(row(set, "all", evaluation.score(set, null)));
            table.append(row(set, "(stems alone)", evaluation.stemsAlone(set)));
        }
        Files.createDirectories(SCORECARD.getParent());
        Files.writeString(SCORECARD, table);
        LOG.info("{}:\n{}", SCORECARD, table);
    }

    private static String row(String set, String kind, Score score) {
        return String.format(
                Locale.ROOT,
                "%-26s %-14s %9d %9.3f %8.4f %6.3f %6.3f%n",
                set,
                kind,
                score.questions(),
                score.recallAt5(),
                score.ndcg(),
                score.mrr(),
                score.found());
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
