package routes.stories;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A text prepared for comparison.
 *
 * @param terms content words without duplicates, in text order
 * @param keys keys of all terms
 * @param places index of the first term with a key, for keys that identify equal words
 */
public record StoryText(List<Term> terms, Set<String> keys, Map<String, Integer> places, Facts facts) {
    /** Returns the index of the term that equals another term; -1 if there is none. */
    int place(Term term) {
        int place = -1;
        for (String key : term.keys()) {
            Integer at = places.get(key);
            if (at != null && (place < 0 || at < place)) {
                place = at;
            }
        }
        return place;
    }

    /**
     * @param keys keys that identify equal words: stems, base forms and, for a name, the sound of its consonants ({@code ~…}); and keys of
     *     related words: its beginning and its root ({@code ^…})
     * @param weight 0 to 1, by the dictionary: rare words weigh more
     * @param isName whether it is written like a name
     */
    record Term(String text, Set<String> keys, double weight, boolean isName) {
        boolean isIn(Set<String> others) {
            return keys.stream().anyMatch(key -> key.charAt(0) != '^' && others.contains(key));
        }

        /** Returns whether a word with the same root is present: "увольняет" and "увольнения". */
        boolean isRelated(Set<String> others) {
            return keys.stream().anyMatch(key -> key.charAt(0) == '^' && others.contains(key));
        }
    }
}
