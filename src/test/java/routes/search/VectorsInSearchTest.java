package routes.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.text.Language;
import routes.vectorindex.lucene.LuceneVectorIndex;

/**
 * What vectors add to the words of a search: something if the model understands texts, and never less than nothing, on any set of
 * questions (decision 64).
 */
class VectorsInSearchTest {
    private static final Logger LOG = LoggerFactory.getLogger(VectorsInSearchTest.class);
    private static final int QUESTIONS = 80;

    private static final Map<String, Double> WORDS_ALONE = new HashMap<>();
    private static Map<String, String> answers;

    @TempDir
    Path folder;

    @BeforeAll
    static void wordsAlone(@TempDir Path folder) throws IOException {
        answers = SearchEvaluation.answers();
        try (var evaluation = new SearchEvaluation(LuceneVectorIndex.open(folder), QUESTIONS)) {
            evaluation
                    .sets()
                    .forEach(set ->
                            WORDS_ALONE.put(set, evaluation.score(set, null).ndcg()));
        }
    }

    @AfterAll
    static void forget() {
        answers = null;
    }

    @ParameterizedTest
    @CsvSource({
        // understands, common, mistakes, adds at least to questions with typing errors
        "0,   0.7, 0,   0",
        "0.3, 0,   0.3, 0",
        "0.6, 0.7, 0.6, 0",
        "0.7, 0.7, 0.1, 0.01"
    })
    void vectors_never_lower_a_ranking_and_good_ones_raise_it(
            double understanding, double common, double mistakes, double gain) throws IOException {
        var model = new ModelOfTests(understanding, common, mistakes, answers);
        Map<String, Double> gains = new HashMap<>();
        try (var evaluation = new SearchEvaluation(LuceneVectorIndex.open(folder), QUESTIONS, model)) {
            WORDS_ALONE.forEach(
                    (set, words) -> gains.put(set, evaluation.score(set, null).ndcg() - words));
        }
        LOG.info(
                "understands {}, common {}, mistakes {}: trust {}, {}",
                understanding,
                common,
                mistakes,
                model.similarity(Language.RU),
                gains);

        assertThat(gains.values()).allMatch(each -> each > -1e-9);
        assertThat(gains.get("xquad-ru, typing errors")).isGreaterThanOrEqualTo(gain);
    }
}
