package routes.answers;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Finds sources that contradict each other: different numbers, or a negation on one side only. */
record Conflicts(Terms terms, Support support) {
    /** Minimum share of common words for two sentences to have the same subject. */
    private static final double SAME_SUBJECT = 0.5;

    /** Two sentences of different posts that cannot both be true. */
    record Conflict(Passage one, String sentence, Passage other, String otherSentence) {}

    /** Whether no number or negation of one text contradicts the other. */
    static boolean sameFacts(String one, String other, Support support) {
        Set<String> numbers = Support.numbers(one);
        Set<String> others = Support.numbers(other);
        return (numbers.containsAll(others) || others.containsAll(numbers)) && !support.isContradicted(one, other);
    }

    List<Conflict> among(List<Passage> passages) {
        List<Conflict> conflicts = new ArrayList<>();
        for (int i = 0; i < passages.size(); i++) {
            for (int j = i + 1; j < passages.size(); j++) {
                if (!passages.get(i)
                        .post()
                        .postId()
                        .equals(passages.get(j).post().postId())) {
                    find(passages.get(i), passages.get(j), conflicts);
                }
            }
        }
        return conflicts;
    }

    private void find(Passage one, Passage other, List<Conflict> conflicts) {
        for (String sentence : one.sentences()) {
            for (String otherSentence : other.sentences()) {
                if (terms.similarity(withoutNumbers(sentence), withoutNumbers(otherSentence)) >= SAME_SUBJECT
                        && terms.of(sentence).size() > 2
                        && isContradiction(sentence, otherSentence)) {
                    conflicts.add(new Conflict(one, sentence, other, otherSentence));
                    return;
                }
            }
        }
    }

    private boolean isContradiction(String one, String other) {
        Set<String> numbers = new HashSet<>(Support.numbers(one));
        Set<String> others = new HashSet<>(Support.numbers(other));
        Set<String> common = new HashSet<>(numbers);
        common.retainAll(others);
        numbers.removeAll(common);
        others.removeAll(common);
        return !numbers.isEmpty() && !others.isEmpty()
                || support.isContradicted(one, other)
                || support.isContradicted(other, one);
    }

    private static String withoutNumbers(String sentence) {
        return sentence.replaceAll("\\d+", " ");
    }
}
