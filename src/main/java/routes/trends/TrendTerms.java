package routes.trends;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import routes.text.Morphology;
import routes.text.SearchWords;
import routes.text.SearchWords.Word;
import routes.text.TagKey;

/** The terms of a post that may be trends: its tags, and pairs of adjacent content words. */
record TrendTerms(SearchWords words) {
    private static final int SHORTEST = 3;

    /** Returns display forms by key. Tags and phrases of the same words have the same key. */
    Map<String, String> of(String text, List<String> tags) {
        Map<String, String> terms = new LinkedHashMap<>();
        for (String tag : tags) {
            String key = TagKey.of(tag);
            if (!key.isEmpty()) {
                terms.putIfAbsent(key, tag);
            }
        }
        Word previous = null;
        for (Word word : words.of(text)) {
            if (word.joined()) {
                continue;
            }
            if (previous != null
                    && isTerm(previous)
                    && isTerm(word)
                    && text.substring(previous.end(), word.start()).matches("[ \\u00A0-]")) {
                String phrase = text.substring(previous.start(), word.end());
                terms.putIfAbsent(TagKey.of(phrase.replace('-', ' ')), phrase);
            }
            previous = word;
        }
        return terms;
    }

    private boolean isTerm(Word word) {
        return word.text().length() >= SHORTEST
                && !words.isStopWord(word.text())
                && Character.isLetter(word.text().codePointAt(0))
                && (Morphology.get().readings(word.text()).isEmpty()
                        || Morphology.get().readings(word.text()).stream()
                                .anyMatch(reading -> reading.part().isNominal()
                                        || reading.part() == Morphology.PartOfSpeech.ADJECTIVE));
    }
}
