package routes.answers;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import routes.answers.Terms.Term;
import routes.text.SearchWords.Word;

/** Completes a question with the subject of its thread: "who invented it?" after "what is a tokamak?". */
@Component
record FollowUps(Terms terms) {
    private static final int SUBJECT_WORDS = 6;
    private static final Set<String> PRONOUNS = words(
            """
            он она они оно его ее их ему ей им нем ней них ним нею ими этого этой этих этому этом этим it its he him his
            she her hers they them their theirs these those
            """);

    /** Pronouns that also occur in complete questions. */
    private static final Set<String> WEAK = words(
            """
            это этот эта эту там тогда туда оттуда такой такие that this there then one ones
            """);

    private static final Set<String> BEGINNINGS = words(
            """
            а и но and but or или ещё еще also also, подробнее почему зачем why more
            """);

    private static Set<String> words(String text) {
        return Set.of(text.strip().split("\\s+"));
    }

    boolean isIncomplete(String question) {
        List<Word> words = terms.all(question);
        int subject = terms.ownSubject(question).size();
        boolean hasPronoun = words.stream().anyMatch(word -> PRONOUNS.contains(word.text()));
        boolean hasWeak = words.stream().anyMatch(word -> WEAK.contains(word.text()));
        boolean continues = !words.isEmpty() && BEGINNINGS.contains(words.get(0).text());
        return subject == 0 || hasPronoun && subject <= 4 || (hasWeak || continues) && subject <= 2;
    }

    /** Returns the question with the subject words of the thread appended in brackets. */
    String byRule(String question, List<String> earlier) {
        String previous = earlier.get(earlier.size() - 1);
        Set<String> own = terms.keys(question);
        String subject = terms.ownSubject(previous).stream()
                .filter(term -> !term.isIn(own))
                .limit(SUBJECT_WORDS)
                .map((Term term) -> previous.substring(term.start(), term.end()))
                .collect(Collectors.joining(" "));
        return subject.isEmpty() ? question : question + " (" + subject + ")";
    }
}
