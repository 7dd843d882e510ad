package routes.answers;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import routes.answers.Answer.Sentence;
import routes.answers.Answer.Source;
import routes.answers.Answer.Support;
import routes.answers.AnswerTask.Draft;
import routes.answers.CheckTask.Claim;

/** The accepted sentences of one answer. Numbers the sources in the order of their first citation and passes both to the listener. */
final class Sentences {
    private final List<Passage> passages;
    private final Answer.Listener listener;
    private final List<Sentence> accepted = new ArrayList<>();
    private final Map<Integer, Source> sources = new LinkedHashMap<>();
    private final Set<Draft> acceptedDrafts = new HashSet<>();
    private final Set<Draft> seen = new HashSet<>();
    private int leftOut;
    private boolean linksRemoved;

    Sentences(List<Passage> passages, Answer.Listener listener) {
        this.passages = passages;
        this.listener = listener;
    }

    List<Sentence> accepted() {
        return List.copyOf(accepted);
    }

    List<Source> sources() {
        return List.copyOf(sources.values());
    }

    /** Indexes of the cited passages, in the order of their source numbers. */
    List<Integer> cited() {
        return List.copyOf(sources.keySet());
    }

    /** Returns the source number of a passage; null if it is not cited. */
    Integer numberOf(Passage passage) {
        Source source = sources.get(passages.indexOf(passage));
        return source == null ? null : source.n();
    }

    int leftOut() {
        return leftOut;
    }

    boolean linksRemoved() {
        return linksRemoved;
    }

    /** Whether the draft is new since the last {@link #forget}. */
    boolean isNew(Draft draft) {
        return seen.add(draft);
    }

    /** Clears the set of checked drafts, because another model call has begun. */
    void forget() {
        seen.clear();
    }

    boolean isAccepted(Draft draft) {
        return acceptedDrafts.contains(draft);
    }

    void leaveOut() {
        leftOut++;
    }

    void noteRemovedLinks() {
        linksRemoved = true;
    }

    void accept(Draft draft, Support support) {
        int known = sources.size();
        List<Integer> numbers = draft.citations().stream()
                .map(passage -> sources.computeIfAbsent(
                                passage, p -> passages.get(p).source(sources.size() + 1))
                        .n())
                .toList();
        if (sources.size() > known) {
            listener.sources(sources());
        }
        Sentence sentence = new Sentence(draft.text(), numbers, support);
        accepted.add(sentence);
        acceptedDrafts.add(draft);
        listener.sentence(sentence);
    }

    /** Returns the sentence with the passages it cites, for a model. */
    Claim claim(Draft draft) {
        return new Claim(draft.text(), texts(draft.citations()));
    }

    List<String> texts(List<Integer> citations) {
        return citations.stream().map(passage -> passages.get(passage).text()).toList();
    }
}
