package routes.tagging.local;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.stream.Collectors;
import routes.text.TextAnalysis;

/**
 * Word frequencies in the corpus at one point in time. Snapshots are stored and passed to the tagger unchanged, so that the same
 * snapshot gives the same tags.
 *
 * @param id row id in the table {@code corpus_snapshots}; null for a snapshot that is not stored
 * @param documents number of posts counted; 0 if unknown
 * @param frequencies number of posts by stem; contains only stems that occur in two or more posts, rarer stems count as unseen
 */
public record CorpusSnapshot(Long id, long documents, Map<String, Long> frequencies) {
    public static final CorpusSnapshot EMPTY = new CorpusSnapshot(null, 0, Map.of());

    public CorpusSnapshot {
        frequencies = Map.copyOf(frequencies);
    }

    /**
     * Returns how distinctive a word is: 1 for a word that occurs in no other post, close to 0 for one that occurs in every post
     * (inverse document frequency divided by its maximum). Always 1 without a corpus.
     */
    double rarity(String stem) {
        double others = Math.max(1, frequencies.getOrDefault(stem, 1L));
        return documents < 2
                ? 1
                : Math.max(0.05, StrictMath.log((documents + 1) / others) / StrictMath.log(documents + 1.0));
    }

    /** Counts the number of texts with each stem. Not thread-safe. */
    static final class Count {
        /**
         * Maximum number of stems in memory, about 100 bytes each. Above it, stems seen once are dropped, and their count restarts
         * if they occur again. This affects only rare words.
         */
        private static final int MAX_STEMS = 1_000_000;

        private final TextAnalysis analysis;
        private final Map<String, Long> frequencies = new HashMap<>();
        private long documents;

        Count(TextAnalysis analysis) {
            this.analysis = analysis;
        }

        void add(String text) {
            documents++;
            new HashSet<>(analysis.stems(text)).forEach(stem -> frequencies.merge(stem, 1L, Long::sum));
            if (frequencies.size() > MAX_STEMS) {
                frequencies.values().removeIf(frequency -> frequency < 2);
            }
        }

        long documents() {
            return documents;
        }

        /** @param maxStems maximum number of stems; the most frequent are kept, ties in alphabetical order */
        CorpusSnapshot snapshot(int maxStems) {
            return new CorpusSnapshot(
                    null,
                    documents,
                    frequencies.entrySet().stream()
                            .filter(stem -> stem.getValue() >= 2)
                            .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                                    .thenComparing(Map.Entry.comparingByKey()))
                            .limit(maxStems)
                            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
        }
    }
}
