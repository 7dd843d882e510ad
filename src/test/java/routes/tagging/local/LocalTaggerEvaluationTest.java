package routes.tagging.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.tagging.local.EvaluationPost.Half;

/**
 * How good the local tagger is, and that it stays so. The table goes to {@code target/local-tagger-evaluation.txt}; floors are a
 * little below what was measured (decision 15).
 */
class LocalTaggerEvaluationTest {
    private static final Logger LOG = LoggerFactory.getLogger(LocalTaggerEvaluationTest.class);
    private static final Path TABLE = Path.of("target", "local-tagger-evaluation.txt");

    private static final Predicate<EvaluationPost> WHOLE = post -> true;

    /** Below 0.518 without and 0.500 with a corpus. */
    private static final double FLOOR = 0.513;

    private static final double FLOOR_WITH_CORPUS = 0.495;

    /** Below 0.524 and 0.513. */
    private static final Map<String, Double> FLOORS_OF_LANGUAGES = Map.of("ru", 0.518, "en", 0.508);

    /** Below 0.468 and 0.569. */
    private static final Map<Half, Double> FLOORS_OF_HALVES = Map.of(Half.DEVELOPMENT, 0.463, Half.HELD_OUT, 0.564);

    /** Below 1.80, over TF-IDF where it is best. */
    private static final double TIMES_TF_IDF = 1.78;

    private static Evaluation evaluation;

    @BeforeAll
    static void measure() throws IOException {
        evaluation = new Evaluation();
        String table = evaluation.table();
        Files.createDirectories(TABLE.getParent());
        Files.writeString(TABLE, table + "\n");
        LOG.info("{}:\n{}", TABLE, table);
    }

    @Test
    void the_gold_tags_stand_in_the_texts() {
        assertThat(evaluation.posts()).hasSizeGreaterThanOrEqualTo(60).allSatisfy(post -> {
            String text = " " + String.join(" ", evaluation.stems(post.text())) + " ";
            assertThat(post.gold()).as(post.id()).hasSizeBetween(3, 7).allSatisfy(tag -> assertThat(text)
                    .contains(" " + String.join(" ", evaluation.stems(tag)) + " "));
            assertThat(post.gold().stream().map(evaluation::stems))
                    .as(post.id())
                    .doesNotHaveDuplicates();
        });
    }

    @Test
    void both_halves_hold_as_many_posts_of_each_language() {
        Set<Long> sizes = evaluation.posts().stream()
                .collect(Collectors.groupingBy(post -> post.language() + post.half(), Collectors.counting()))
                .values()
                .stream()
                .collect(Collectors.toSet());
        assertThat(sizes).containsExactly(16L);
    }

    @Test
    void the_tagger_is_as_good_as_it_was() {
        assertThat(f1("local", CorpusSnapshot.EMPTY, WHOLE)).isGreaterThan(FLOOR);
        assertThat(f1("local", evaluation.corpus(), WHOLE)).isGreaterThan(FLOOR_WITH_CORPUS);
    }

    @Test
    void in_each_language() {
        FLOORS_OF_LANGUAGES.forEach((language, floor) -> assertThat(f1(
                        "local", CorpusSnapshot.EMPTY, post -> post.language().equals(language)))
                .as(language)
                .isGreaterThan(floor));
    }

    @Test
    void in_each_half() {
        FLOORS_OF_HALVES.forEach(
                (half, floor) -> assertThat(f1("local", CorpusSnapshot.EMPTY, post -> post.half() == half))
                        .as(half.name())
                        .isGreaterThan(floor));
    }

    @Test
    void it_is_far_better_than_tf_idf() {
        double tfIdf = Math.max(f1("TF-IDF", CorpusSnapshot.EMPTY, WHOLE), f1("TF-IDF", evaluation.corpus(), WHOLE));

        assertThat(f1("local", CorpusSnapshot.EMPTY, WHOLE) / tfIdf).isGreaterThan(TIMES_TF_IDF);
        // the same corpus for both
        assertThat(f1("local", evaluation.corpus(), WHOLE))
                .isGreaterThan(1.7 * f1("TF-IDF", evaluation.corpus(), WHOLE));
    }

    private static double f1(String extractor, CorpusSnapshot corpus, Predicate<EvaluationPost> posts) {
        return evaluation.score(extractor, corpus, posts).f1();
    }
}
