package routes.search;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import routes.text.SearchWords;
import routes.text.SearchWords.Word;

/** Extracts the passage of a text with the most query words, in any inflection. */
record Snippets(SearchWords analysis) {
    static final int MAX_LENGTH = 240;

    /** Long texts (crawled pages) are read only up to this position. */
    private static final int MAX_READ = 20_000;

    /** Number of characters shown before the first match. */
    private static final int LEAD = 40;

    private static final Pattern WHITE_SPACE = Pattern.compile("[\\s\\p{Z}]+");

    /** Returns the keys by which the words of the query are found in a text; keys of stop words only if there are no other words. */
    Set<String> wanted(String query) {
        Set<String> all = new HashSet<>();
        Set<String> content = new HashSet<>();
        for (Word word : analysis.of(query)) {
            Set<String> keys = analysis.keys(word.text());
            all.addAll(keys);
            if (!analysis.isStopWord(word.text())) {
                content.addAll(keys);
            }
        }
        return content.isEmpty() ? all : content;
    }

    /** A query word in a text, with the stem of its form in the text. */
    private record Match(int start, int end, String stem) {}

    HybridSearch.Passage of(String text, Set<String> wanted) {
        List<Word> tokens = analysis.of(text.substring(0, Math.min(text.length(), MAX_READ)));
        List<Match> matches = tokens.stream()
                .filter(word -> analysis.keys(word.text()).stream().anyMatch(wanted::contains))
                .map(word -> new Match(
                        word.start(), word.end(), analysis.forms(word.text()).stem()))
                .toList();
        int first = matches.isEmpty() ? 0 : bestStart(matches);
        int earliest = first - LEAD;
        int start = earliest <= 0
                ? 0
                : tokens.stream()
                        .mapToInt(Word::start)
                        .filter(position -> position >= earliest)
                        .findFirst()
                        .orElse(first);
        int end = text.length();
        if (end - start > MAX_LENGTH) {
            int latest = start + MAX_LENGTH;
            end = tokens.stream()
                    .mapToInt(Word::end)
                    .filter(position -> position > start && position <= latest)
                    .max()
                    .orElse(latest);
        }
        String cut =
                WHITE_SPACE.matcher(text.substring(start, end)).replaceAll(" ").strip();
        return new HybridSearch.Passage((start > 0 ? "…" : "") + cut + (end < text.length() ? "…" : ""), first);
    }

    /** Returns the start of the window with the most distinct words; on a tie, the first one. */
    private static int bestStart(List<Match> matches) {
        Map<String, Integer> inside = new HashMap<>();
        List<Integer> different = new ArrayList<>();
        int last = 0;
        for (int first = 0; first < matches.size(); first++) {
            while (last < matches.size()
                    && matches.get(last).end() <= matches.get(first).start() + MAX_LENGTH - LEAD) {
                inside.merge(matches.get(last++).stem(), 1, Integer::sum);
            }
            different.add(inside.size());
            inside.computeIfPresent(matches.get(first).stem(), (stem, count) -> count == 1 ? null : count - 1);
        }
        int best = different.stream().mapToInt(Integer::intValue).max().orElse(0);
        return matches.get(different.indexOf(best)).start();
    }
}
