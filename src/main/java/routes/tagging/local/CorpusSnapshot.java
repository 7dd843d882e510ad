package routes.tagging.local;

import java.util.Collection;
import java.util.Map;
import routes.text.TextAnalysis;

/**
 * How common words were in the corpus at one moment. Recorded and given to the tagger as it is, so that the same snapshot
 * gives the same tags. Written to JSON as {@code {"documents": n, "frequencies": {stem: documents that hold it}}}.
 *
 * @param documents number of posts counted; 0 when nothing is known
 * @param frequencies by stem, only stems of two posts and more: a rarer one is as good as unseen
 */
public record CorpusSnapshot(long documents, Map<String, Long> frequencies) {
    public static final CorpusSnapshot EMPTY = new CorpusSnapshot(0, Map.of());

    public CorpusSnapshot {
        frequencies = Map.copyOf(frequencies);
    }

    /** Counts the texts. */
    public static CorpusSnapshot of(Collection<String> texts, TextAnalysis analysis) {
        CorpusCount count = new CorpusCount(analysis);
        texts.forEach(count::add);
        return count.snapshot(Integer.MAX_VALUE);
    }

    /**
     * How much a word tells about a post: 1 for a word that no other post holds, towards 0 for one that every post holds
     * (inverse document frequency over its maximum). Always 1 without a corpus.
     */
    double rarity(String stem) {
        double others = Math.max(1, frequencies.getOrDefault(stem, 1L));
        return documents < 2
                ? 1
                : Math.max(0.05, StrictMath.log((documents + 1) / others) / StrictMath.log(documents + 1.0));
    }
}
