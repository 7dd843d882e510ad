package routes.tagging.local;

import java.util.Collection;
import java.util.Map;
import routes.text.TextAnalysis;

/**
 * Word frequencies in the corpus at one point in time. Recorded and passed to the tagger unchanged, so that the same snapshot gives
 * the same tags. Serialized to JSON as {@code {"documents": n, "frequencies": {stem: documents that contain it}}}.
 *
 * @param documents number of posts counted; 0 if unknown
 * @param frequencies by stem, only stems that occur in two or more posts: a rarer one counts as unseen
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
     * How distinctive a word is: 1 for a word that occurs in no other post, close to 0 for one that occurs in every post (inverse
     * document frequency divided by its maximum). Always 1 without a corpus.
     */
    double rarity(String stem) {
        double others = Math.max(1, frequencies.getOrDefault(stem, 1L));
        return documents < 2
                ? 1
                : Math.max(0.05, StrictMath.log((documents + 1) / others) / StrictMath.log(documents + 1.0));
    }
}
