package routes.vectorindex.words;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import routes.text.SearchWords;
import routes.text.SearchWords.Word;

/** The words that distinguish a text from others: frequent in the text and rare elsewhere. */
public final class Characteristics {
    private static final int MOST = 15;
    /** Minimum number of characteristic words that related posts have in common. */
    private static final int MIN_COMMON = 3;

    private Characteristics() {}

    /** Returns the number of occurrences of each stem in the text, without stop words. */
    public static Map<String, Integer> occurrences(String text, SearchWords analysis) {
        Map<String, Integer> occurrences = new HashMap<>();
        for (Word word : analysis.of(text)) {
            if (!word.joined() && word.text().length() > 1 && !analysis.isStopWord(word.text())) {
                occurrences.merge(analysis.forms(word.text()).stem(), 1, Integer::sum);
            }
        }
        return occurrences;
    }

    /**
     * Returns the most characteristic stems, best first.
     *
     * @param posts number of posts with each stem
     * @param all number of posts in the index
     */
    public static List<String> best(Map<String, Integer> occurrences, Map<String, Integer> posts, long all) {
        Map<String, Double> weights = new HashMap<>();
        occurrences.forEach((stem, times) -> {
            int with = posts.getOrDefault(stem, 0);
            if (with > 1) { // occurs in another post, too
                weights.put(stem, (1 + Math.log(times)) * Math.log(1.0 + all / (double) with));
            }
        });
        return weights.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(MOST)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Returns the minimum number of these stems that a related post contains. */
    public static int common(List<String> best) {
        return Math.min(MIN_COMMON, best.size());
    }
}
