package routes.search;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Reciprocal rank fusion: merges rankings whose scores are not comparable. Each list gives a post 1 / (60 + rank). The constant 60 is
 * from Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods", SIGIR
 * 2009. It keeps the first ranks of one list from outweighing agreement between lists.
 */
final class ReciprocalRanks {
    private static final double K = 60;

    private final Map<UUID, Double> scores = new HashMap<>();

    /** @param ranking best first, without duplicates */
    ReciprocalRanks add(List<UUID> ranking) {
        for (int i = 0; i < ranking.size(); i++) {
            scores.merge(ranking.get(i), 1 / (K + i + 1), Double::sum);
        }
        return this;
    }

    Map<UUID, Double> scores() {
        return scores;
    }
}
