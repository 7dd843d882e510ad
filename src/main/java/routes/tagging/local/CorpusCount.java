package routes.tagging.local;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import routes.text.TextAnalysis;

/** Counts in how many texts each stem occurs. For one thread. */
final class CorpusCount {
    /**
     * Stems in memory at most, about 100 bytes each. Beyond that those seen once are forgotten, and counted anew if they come
     * again: only rare words suffer.
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

    /** @param maxStems the most frequent are kept, of equals the first of the alphabet */
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
