package routes.answers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.testing.EmbeddedDatabase;

/**
 * How good the answers without a model are, and that they stay so: questions about the demo channel. The scorecard goes to
 * {@code target/answer-evaluation.txt}; floors are a little below what was measured (decision 41).
 */
class AnswerEvaluationIT {
    private static final Logger LOG = LoggerFactory.getLogger(AnswerEvaluationIT.class);
    private static final Path SCORECARD = Path.of("target", "answer-evaluation.txt");
    private static final Pattern LINK =
            Pattern.compile("(?i)https?:|www\\.|\\bt\\.me|\\.(?:com|org|net|gov|edu|io)\\b|@\\w{3}");

    @RegisterExtension
    static final EmbeddedDatabase DATABASE = new EmbeddedDatabase();

    @TempDir
    static Path folder;

    private record Asked(String question, List<Long> messages, List<String> contains) {}

    /** @param first whether the first sentence cites an expected post */
    private record Scored(Asked asked, Answer answer, boolean first, boolean any, boolean contains) {}

    private static final List<Scored> RESULTS = new ArrayList<>();

    @BeforeAll
    static void measure() throws IOException {
        try (AnswerArchive archive = new AnswerArchive(DATABASE, folder);
                InputStream file =
                        Objects.requireNonNull(AnswerEvaluationIT.class.getResourceAsStream("/answers/demo.yml"))) {
            long user = archive.user(AnswerArchive.TENANT);
            UUID channel = archive.channel("Технологии и наука", user);
            Map<Long, AnswerArchive.Stored> posts = archive.demo(AnswerArchive.TENANT, channel);
            Answers answers = archive.local();
            for (Asked asked :
                    new ObjectMapper(new YAMLFactory()).readValue(file, new TypeReference<List<Asked>>() {})) {
                Answer answer = answers.answer(
                        AnswerArchive.question(AnswerArchive.TENANT, user, asked.question(), channel),
                        new Answer.Listener() {});
                List<Long> expected = asked.messages().stream()
                        .map(id -> posts.get(id).number())
                        .toList();
                boolean first = !answer.sentences().isEmpty()
                        && answer.sentences().get(0).citations().stream()
                                .anyMatch(n -> expected.contains(
                                        answer.sources().get(n - 1).number()));
                boolean any = !answer.sentences().isEmpty()
                        && answer.sources().stream().anyMatch(source -> expected.contains(source.number()));
                boolean contains = asked.contains().stream()
                        .allMatch(forms -> Pattern.compile(forms, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE)
                                .matcher(answer.text())
                                .find());
                RESULTS.add(new Scored(asked, answer, first, any, contains));
            }
        }
        StringBuilder card = new StringBuilder();
        card.append(String.format(
                Locale.ROOT, "questions with an answer   %d%n", answerable().size()));
        card.append(String.format(Locale.ROOT, "a right source is cited    %.3f%n", share(answerable(), Scored::any)));
        card.append(
                String.format(Locale.ROOT, "and it is cited first      %.3f%n", share(answerable(), Scored::first)));
        card.append(
                String.format(Locale.ROOT, "the answer has the fact    %.3f%n", share(answerable(), Scored::contains)));
        card.append(String.format(
                Locale.ROOT, "questions without answer   %d%n", unanswerable().size()));
        card.append(String.format(
                Locale.ROOT,
                "said so                    %.3f%n",
                share(unanswerable(), one -> one.answer().sentences().isEmpty())));
        card.append(String.format(Locale.ROOT, "unsupported sentences      %d of %d%n", unsupported(), sentences()));
        for (Scored one : RESULTS) {
            boolean isRight =
                    one.asked().messages().isEmpty() ? one.answer().sentences().isEmpty() : one.any() && one.contains();
            card.append(isRight ? "  " : "! ")
                    .append(one.asked().question())
                    .append("\n      ")
                    .append(one.answer().text())
                    .append(" (")
                    .append(one.answer().confidence())
                    .append(")\n");
        }
        Files.createDirectories(SCORECARD.getParent());
        Files.writeString(SCORECARD, card);
        LOG.info("{}:\n{}", SCORECARD, card);
    }

    private static List<Scored> answerable() {
        return RESULTS.stream().filter(one -> !one.asked().messages().isEmpty()).toList();
    }

    private static List<Scored> unanswerable() {
        return RESULTS.stream().filter(one -> one.asked().messages().isEmpty()).toList();
    }

    private static double share(List<Scored> scored, java.util.function.Predicate<Scored> right) {
        return scored.stream().filter(right).count() / (double) scored.size();
    }

    private static long sentences() {
        return RESULTS.stream()
                .mapToLong(one -> one.answer().sentences().size())
                .sum();
    }

    private static long unsupported() {
        return RESULTS.stream()
                .flatMap(one -> one.answer().sentences().stream())
                .filter(sentence -> sentence.support() == Answer.Support.NONE)
                .count();
    }

    @Test
    void answers_cite_the_post_that_answers_and_contain_the_fact() {
        assertThat(answerable()).hasSizeGreaterThan(30);
        assertThat(share(answerable(), Scored::any)).isGreaterThan(0.9);
        assertThat(share(answerable(), Scored::first)).isGreaterThan(0.85);
        assertThat(share(answerable(), Scored::contains)).isGreaterThan(0.85);
    }

    @Test
    void a_question_that_no_post_answers_gets_no_sentence() {
        assertThat(share(unanswerable(), one -> one.answer().sentences().isEmpty()))
                .isGreaterThan(0.8);
    }

    @Test
    void every_sentence_is_supported_and_cites_a_source() {
        assertThat(unsupported()).isZero();
        assertThat(RESULTS).allSatisfy(one -> assertThat(one.answer().sentences())
                .allSatisfy(sentence -> assertThat(sentence.citations())
                        .isNotEmpty()
                        .allSatisfy(n -> assertThat(n)
                                .isBetween(1, one.answer().sources().size()))));
    }

    @Test
    void no_link_of_a_post_is_in_an_answer() {
        assertThat(RESULTS).allSatisfy(one -> {
            assertThat(LINK.matcher(one.answer().text()).find())
                    .as(one.answer().text())
                    .isFalse();
            assertThat(one.answer().sources()).allSatisfy(source -> assertThat(
                            LINK.matcher(source.snippet()).find())
                    .as(source.snippet())
                    .isFalse());
        });
    }
}
