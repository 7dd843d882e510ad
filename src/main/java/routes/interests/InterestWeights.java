package routes.interests;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import routes.text.TagKey;

/**
 * Computes the weight of interests from the actions of a user. An action loses half of its value after {@link #HALF_LIFE}. The sum s of
 * the actions on a topic results in the weight 1 - e^(-s/2): 0.39 for one question today, 0.78 for three, never 1.
 */
final class InterestWeights {
    static final Duration HALF_LIFE = Duration.ofDays(14);
    /** Interests with a lower weight are removed. */
    static final double LEAST = 0.02;

    static final int MOST = 200;
    private static final double SCALE = 2;

    private InterestWeights() {}

    /** Kinds of user actions on a topic, with their values. */
    enum Kind {
        QUESTION(1),
        OPENED(0.5),
        /** A topic in the settings of the user's digests; it does not decay. */
        DIGEST(1.5);

        private final double weight;

        Kind(double weight) {
            this.weight = weight;
        }
    }

    /** @param topic a tag, in any form */
    record Act(Kind kind, String topic, Instant at) {}

    /** @param topic in the most recently used form */
    record Weighed(String key, String topic, double weight, int questions, int opened, int digests) {}

    /** Returns the strongest interests. Each topic occurs once, regardless of the forms used. */
    static List<Weighed> of(Collection<Act> acts, Instant now) {
        Map<String, Sum> sums = new HashMap<>();
        acts.stream().sorted(Comparator.comparing(Act::at)).forEach(act -> {
            String key = TagKey.of(act.topic());
            if (!key.isEmpty()) {
                sums.computeIfAbsent(key, any -> new Sum()).add(act, now);
            }
        });
        return sums.entrySet().stream()
                .map(sum -> sum.getValue().weighed(sum.getKey()))
                .filter(interest -> interest.weight() >= LEAST)
                .sorted(Comparator.comparingDouble(Weighed::weight).reversed().thenComparing(Weighed::key))
                .limit(MOST)
                .toList();
    }

    private static final class Sum {
        private String topic;
        private double sum;
        private final int[] counts = new int[Kind.values().length];

        void add(Act act, Instant now) {
            topic = act.topic();
            counts[act.kind().ordinal()]++;
            double ages = act.kind() == Kind.DIGEST
                    ? 0
                    : Math.max(0, Duration.between(act.at(), now).toSeconds()) / (double) HALF_LIFE.toSeconds();
            sum += act.kind().weight * Math.pow(2, -ages);
        }

        Weighed weighed(String key) {
            return new Weighed(
                    key,
                    topic,
                    1 - Math.exp(-sum / SCALE),
                    counts[Kind.QUESTION.ordinal()],
                    counts[Kind.OPENED.ordinal()],
                    counts[Kind.DIGEST.ordinal()]);
        }
    }
}
