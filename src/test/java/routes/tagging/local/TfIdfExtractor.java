package routes.tagging.local;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import routes.text.TextAnalysis;
import routes.text.Token;

/**
 * Plain TF-IDF to compare with: stem n-grams of one to three words without stop words at their ends, by frequency in the text
 * times the mean inverse document frequency of their words; the earlier and then the longer one of equals. The snapshot knows
 * no frequencies of phrases. The mean rather than the sum, which on short texts fills the list with overlapping trigrams.
 */
final class TfIdfExtractor {
    private final TextAnalysis analysis;

    TfIdfExtractor(TextAnalysis analysis) {
        this.analysis = analysis;
    }

    private record Gram(String surface, int start, int words, int frequency, double idf) {
        Gram again() {
            return new Gram(surface, start, words, frequency + 1, idf);
        }

        double score() {
            return frequency * idf;
        }
    }

    List<String> tags(String text, CorpusSnapshot corpus, int max) {
        Map<String, Gram> grams = new LinkedHashMap<>();
        for (List<Token> run : Runs.of(analysis.tokens(text), text)) {
            for (int first = 0; first < run.size(); first++) {
                for (int last = first; last < Math.min(run.size(), first + 3); last++) {
                    if (run.get(first).isContent() && run.get(last).isContent()) {
                        List<Token> words = run.subList(first, last + 1);
                        Gram gram = gram(text, words, corpus);
                        grams.merge(Runs.key(words), gram, (known, same) -> known.again());
                    }
                }
            }
        }
        List<Gram> best = new ArrayList<>(grams.values());
        best.sort(Comparator.comparingDouble(Gram::score)
                .reversed()
                .thenComparingInt(Gram::start)
                .thenComparing(Comparator.comparingInt(Gram::words).reversed()));
        return best.stream().limit(max).map(Gram::surface).toList();
    }

    private static Gram gram(String text, List<Token> words, CorpusSnapshot corpus) {
        double idf = words.stream()
                .filter(Token::isContent)
                .mapToDouble(word -> corpus.rarity(word.stem()))
                .average()
                .orElse(0);
        int start = words.get(0).start();
        String surface = text.substring(start, words.get(words.size() - 1).end());
        return new Gram(surface, start, words.size(), 1, idf);
    }
}
