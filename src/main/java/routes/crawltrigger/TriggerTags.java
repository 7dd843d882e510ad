package routes.crawltrigger;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import routes.text.SearchWords;
import routes.text.SearchWords.Word;

/** Matches tags by their words in any form, like the search. */
class TriggerTags {
    /** Maximum length of words that are compared exactly: "ИИ" is not a form of the name Ия. */
    private static final int LONGEST_SIGN = 2;

    private final SearchWords analysis;

    TriggerTags(SearchWords analysis) {
        this.analysis = analysis;
    }

    /**
     * A tag that causes the links of a post to be fetched.
     *
     * @param spellings words in order, each as the keys of its forms; "Wi-Fi" is two words and also one
     */
    record Trigger(String text, List<List<Set<String>>> spellings) {}

    /** Parses triggers. Ignores triggers without a word. */
    List<Trigger> of(Collection<String> triggers) {
        return triggers.stream()
                .map(trigger -> new Trigger(trigger, spellings(trigger)))
                .filter(trigger -> !trigger.spellings().isEmpty())
                .toList();
    }

    /** Returns the triggers whose words all occur, in this order and adjacent, in one of the tags. */
    List<String> matching(Collection<Trigger> triggers, Collection<String> tags) {
        List<List<Set<String>>> tagged =
                tags.stream().flatMap(tag -> spellings(tag).stream()).toList();
        return triggers.stream()
                .filter(trigger -> trigger.spellings().stream()
                        .anyMatch(wanted -> tagged.stream().anyMatch(tag -> contains(tag, wanted))))
                .map(Trigger::text)
                .toList();
    }

    private List<List<Set<String>>> spellings(String text) {
        List<Word> words = analysis.of(text);
        List<Word> content =
                words.stream().filter(word -> !analysis.isStopWord(word.text())).toList();
        List<Word> used = content.isEmpty() ? words : content;
        List<Set<String>> split = new ArrayList<>();
        List<Set<String>> joined = new ArrayList<>();
        int joinedUntil = 0;
        for (Word word : used) {
            Set<String> keys = word.text().length() <= LONGEST_SIGN ? Set.of(word.text()) : analysis.keys(word.text());
            if (!word.joined()) {
                split.add(keys);
            }
            if (word.joined() || word.start() >= joinedUntil) {
                joined.add(keys);
                joinedUntil = word.end();
            }
        }
        return List.of(split, joined).stream()
                .filter(spelling -> !spelling.isEmpty())
                .distinct()
                .toList();
    }

    private static boolean contains(List<Set<String>> tag, List<Set<String>> wanted) {
        for (int from = 0; from + wanted.size() <= tag.size(); from++) {
            int matching = 0;
            while (matching < wanted.size() && !Collections.disjoint(tag.get(from + matching), wanted.get(matching))) {
                matching++;
            }
            if (matching == wanted.size()) {
                return true;
            }
        }
        return false;
    }
}
