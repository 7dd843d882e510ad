package routes.tagging.local;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the phrases of a text that look like the name of something: a noun, nouns with what describes them ("open
 * source licence"), names with a number ("Java 17").
 */
final class CandidateFinder {
    private static final int MAX_WORDS = 3;

    List<Candidate> find(String text, List<Word> words) {
        List<Candidate> candidates = new ArrayList<>();
        for (int first = 0; first < words.size(); first++) {
            for (int last = first; last < words.size() && last < first + MAX_WORDS; last++) {
                if (last > first && !words.get(last).joins()) {
                    break;
                }
                Candidate candidate = new Candidate(List.copyOf(words.subList(first, last + 1)));
                boolean adjectiveOfNext = candidate.last().wordClass() == WordClass.ADJECTIVE
                        && last + 1 < words.size()
                        && words.get(last + 1).joins()
                        && words.get(last + 1).wordClass() == WordClass.NOUN; // "пожар Александрийского | маяка"
                if (!adjectiveOfNext && isName(text, candidate)) {
                    candidates.add(candidate);
                }
            }
        }
        return candidates;
    }

    private static boolean isName(String text, Candidate candidate) {
        List<Word> words = candidate.words();
        Word first = words.get(0);
        Word last = candidate.last();
        if (words.size() == 1) {
            return last.wordClass() == WordClass.NOUN;
        }
        if (words.stream().anyMatch(word -> word.wordClass() == WordClass.OTHER)) {
            return false;
        }
        List<Word> before = words.subList(0, words.size() - 1);
        if (last.wordClass() == WordClass.NUMBER) {
            return before.stream().allMatch(word -> isProper(text, word));
        }
        if (last.wordClass() == WordClass.ADJECTIVE || first.wordClass() == WordClass.NUMBER) {
            return false;
        }
        for (int i = 0; i + 1 < words.size(); i++) {
            if (!describes(text, words.get(i), words.get(i + 1))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isProper(String text, Word word) {
        return word.wordClass() == WordClass.NOUN
                && (word.name() || word.latin() && Character.isUpperCase(text.codePointAt(word.start())));
    }

    /** Whether two words next to each other can belong to one name. */
    private static boolean describes(String text, Word one, Word next) {
        if (one.wordClass() == WordClass.NUMBER || next.wordClass() == WordClass.NUMBER) { // "iPhone 16 Pro"
            return isProper(text, one) || isProper(text, next);
        }
        if (one.wordClass() == WordClass.ADJECTIVE) {
            return one.latin() == next.latin() || next.latin() && next.wordClass() == WordClass.NOUN;
        }
        if (one.latin() || next.latin()) {
            return one.latin() && next.latin();
        }
        return one.name() && next.name();
    }
}
