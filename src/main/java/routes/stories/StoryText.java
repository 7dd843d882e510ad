package routes.stories;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a text is compared by.
 *
 * @param terms words with meaning, each once, in text order
 * @param keys of all terms
 * @param places the first of the terms that has a key, for keys that make two words the same
 */
public record StoryText(List<Term> terms, Set<String> keys, Map<String, Integer> places, Facts facts) {
    /** Which of the words another one is; -1 for none. */
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
     * A word.
     *
     * @param keys what makes two words the same: stems, base forms, of a name the sound of its consonants ({@code ~…}); its beginning and its
     *     root ({@code ^…})
     * @param weight 0 to 1, by the dictionary: rare words count more
     * @param isName whether it is written like a name
     */
    record Term(String text, Set<String> keys, double weight, boolean isName) {
        boolean isIn(Set<String> others) {
            return keys.stream().anyMatch(key -> key.charAt(0) != '^' && others.contains(key));
        }

        /** Whether a word of the same root is there: "увольняет" and "увольнения". */
        boolean isRelated(Set<String> others) {
            return keys.stream().anyMatch(key -> key.charAt(0) == '^' && others.contains(key));
        }
    }
}
