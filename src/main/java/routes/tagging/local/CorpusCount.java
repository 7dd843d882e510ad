package routes.tagging.local;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import routes.text.TextAnalysis;

/** Counts in how many texts each stem occurs. Not thread-safe. */
final class CorpusCount {
    /**
     * Maximum number of stems in memory, about 100 bytes each. Beyond it, stems seen once are dropped and their count restarts if
     * they occur again: this affects only rare words.
     */
    private static final int MAX_STEMS = 1_000_000;

    private final TextAnalysis analysis;
    private final Map<String, Long> frequencies = new HashMap<>();
    private long documents;

    CorpusCount(TextAnalysis analysis) {
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

    /** @param maxStems maximum number of stems; keeps the most frequent, ties in alphabetical order */
    CorpusSnapshot snapshot(int maxStems) {
        Map<String, Long> kept = new LinkedHashMap<>();
        frequencies.entrySet().stream()
                .filter(stem -> stem.getValue() >= 2)
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(maxStems)
                .forEach(stem -> kept.put(stem.getKey(), stem.getValue()));
        return new CorpusSnapshot(documents, kept);
    }
}
