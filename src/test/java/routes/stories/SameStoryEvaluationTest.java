package routes.stories;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.text.SearchWords;

/**
 * How well posts of one story are told from posts about the same subject, on pairs written for this (see the file). The scorecard
 * goes to {@code target/story-evaluation.txt}; floors are a little below what was measured (decision 46).
 */
class SameStoryEvaluationTest {
    private static final Logger LOG = LoggerFactory.getLogger(SameStoryEvaluationTest.class);

    private record Group(String name, boolean heldOut, boolean harder, List<String> same, List<String> other) {
        Kind kind() {
            return harder ? Kind.HARDER : heldOut ? Kind.HELD_OUT : Kind.SEEN;
        }
    }

    private enum Kind {
        /** The weights were fitted on them. */
        SEEN,
        HELD_OUT,
        /** The weights were fitted on half of them. */
        HARDER
    }

    private record Pair(Group group, String one, String other, boolean isSame, double score) {}

    private static final List<Pair> PAIRS = new ArrayList<>();

    @BeforeAll
    static void measure() throws IOException {
        List<Group> groups;
        try (InputStream file =
                Objects.requireNonNull(SameStoryEvaluationTest.class.getResourceAsStream("/stories/pairs.yml"))) {
            groups = new ObjectMapper(new YAMLFactory())
                    .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                    .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .readValue(file, new TypeReference<>() {});
        }
        SameStory same = new SameStory(new SearchWords());
        var corpus = new SameStory.Corpus(groups.stream()
                .flatMap(group -> Stream.concat(group.same().stream(), group.other().stream()))
                .map(same::read)
                .toList());
        for (Group group : groups) {
            for (int i = 0; i < group.same().size(); i++) {
                for (int j = i + 1; j < group.same().size(); j++) {
                    PAIRS.add(pair(
                            same,
                            corpus,
                            group,
                            group.same().get(i),
                            group.same().get(j),
                            true));
                }
                for (String other : group.other()) {
                    PAIRS.add(pair(same, corpus, group, group.same().get(i), other, false));
                }
            }
        }
        StringBuilder card = new StringBuilder();
        for (Kind kind : Kind.values()) {
            List<Pair> pairs = of(kind);
            card.append(String.format(
                    Locale.ROOT,
                    "%s: %d pairs, AUC %.3f, F1 %.3f, precision %.3f, recall %.3f%n",
                    kind.name().toLowerCase(Locale.ROOT),
                    pairs.size(),
                    auc(pairs),
                    f1(pairs),
                    precision(pairs),
                    recall(pairs)));
        }
        for (Pair pair : PAIRS) {
            if (pair.isSame() != pair.score() >= SameStory.LIMIT) {
                card.append(String.format(
                        Locale.ROOT,
                        "%s %.2f %s%n    %s%n    %s%n",
                        pair.isSame() ? "missed" : "merged",
                        pair.score(),
                        pair.group().name(),
                        pair.one(),
                        pair.other()));
            }
        }
        Files.writeString(Path.of("target", "story-evaluation.txt"), card);
        LOG.info("{}", card);
    }

    private static Pair pair(
            SameStory same, SameStory.Corpus corpus, Group group, String one, String other, boolean isSame) {
        StoryText first = same.read(one);
        StoryText second = same.read(other);
        return new Pair(group, one, other, isSame, same.probability(first, second, corpus));
    }

    private static List<Pair> of(Kind kind) {
        return PAIRS.stream().filter(pair -> pair.group().kind() == kind).toList();
    }

    /** The share of couples of a right and a wrong pair in which the right one has the higher score. */
    private static double auc(List<Pair> pairs) {
        double higher = 0;
        long couples = 0;
        for (Pair right : pairs) {
            for (Pair wrong : pairs) {
                if (right.isSame() && !wrong.isSame()) {
                    couples++;
                    higher += right.score() > wrong.score() ? 1 : right.score() == wrong.score() ? 0.5 : 0;
                }
            }
        }
        return higher / couples;
    }

    private static double precision(List<Pair> pairs) {
        List<Pair> merged =
                pairs.stream().filter(pair -> pair.score() >= SameStory.LIMIT).toList();
        return merged.stream().filter(Pair::isSame).count() / (double) Math.max(1, merged.size());
    }

    private static double recall(List<Pair> pairs) {
        List<Pair> right = pairs.stream().filter(Pair::isSame).toList();
        return right.stream().filter(pair -> pair.score() >= SameStory.LIMIT).count() / (double) right.size();
    }

    private static double f1(List<Pair> pairs) {
        double precision = precision(pairs);
        double recall = recall(pairs);
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }

    @Test
    void there_are_enough_pairs_of_both_kinds_and_enough_held_out() {
        assertThat(PAIRS).hasSizeGreaterThan(120);
        assertThat(of(Kind.HELD_OUT)).hasSizeGreaterThan(80);
        assertThat(PAIRS.stream().filter(Pair::isSame)).hasSizeGreaterThan(60);
    }

    @Test
    void pairs_that_the_weights_were_not_chosen_by_are_told_apart() {
        assertThat(auc(of(Kind.HELD_OUT))).isGreaterThan(0.93);
        assertThat(f1(of(Kind.HELD_OUT))).isGreaterThan(0.82);
    }

    @Test
    void all_pairs_together_are_told_apart() {
        assertThat(auc(PAIRS)).isGreaterThan(0.94);
        assertThat(f1(PAIRS)).isGreaterThan(0.81);
    }

    @Test
    void daily_forms_and_later_events_of_a_story_are_told_apart_as_well_as_rules_can() {
        assertThat(of(Kind.HARDER)).hasSizeGreaterThan(60);
        assertThat(auc(of(Kind.HARDER))).isGreaterThan(0.83);
        assertThat(f1(of(Kind.HARDER))).isGreaterThan(0.48);
    }
}
