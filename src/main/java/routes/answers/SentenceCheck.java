package routes.answers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.springframework.stereotype.Component;
import routes.answers.AnswerTask.Draft;
import routes.answers.CheckTask.Claim;
import routes.answers.Support.Verdict;
import routes.llm.ModelResult;
import routes.llm.Providers;

/**
 * Checks each sentence of an answer against the passages it cites, by rules and, if the wording does not decide, by a model.
 * Sentences with links or instructions do not pass.
 */
@Component
record SentenceCheck(Terms terms, Support support, Instructions instructions, AnswerProperties properties) {

    /**
     * Accepts supported sentences in order, and marks those that could not be judged as unconfirmed. Drafts that were checked
     * before are skipped, so that an answer can be checked while it is written. A sentence does not wait for later ones.
     *
     * @param judge asks a model about claims; the result maps indexes to verdicts and omits those that the model did not judge
     * @param isWanted called before each sentence is accepted; false stops the check
     */
    void check(
            List<Draft> drafts,
            String provider,
            int most,
            Sentences sentences,
            Function<List<Claim>, Map<Integer, Boolean>> judge,
            BooleanSupplier isWanted) {
        Map<Draft, Verdict> verdicts = new LinkedHashMap<>();
        for (Draft draft : drafts) {
            if (!sentences.isNew(draft)) {
                continue;
            }
            Draft plain = plain(draft, sentences);
            Verdict verdict =
                    plain == null ? Verdict.UNSUPPORTED : support.of(plain.text(), sentences.texts(plain.citations()));
            // the remaining text of a sentence with a link may be a call to open it, and a model that follows such an
            // instruction
            // in a post may follow it as a judge, too
            boolean isCall = verdict == Verdict.UNCLEAR && PlainPassage.hasLink(PlainPassage.visible(draft.text()));
            if (verdict == Verdict.UNSUPPORTED || isCall) {
                sentences.leaveOut();
            } else {
                verdicts.putIfAbsent(narrowed(plain, verdict, sentences), verdict);
            }
        }
        boolean canJudge =
                !provider.equals(Providers.LOCAL) && !properties.verify().equals("never");
        List<Draft> unclear = new ArrayList<>();
        verdicts.forEach((draft, verdict) -> {
            if (canJudge && (verdict == Verdict.UNCLEAR || properties.verify().equals("always"))) {
                unclear.add(draft);
            }
        });
        Map<Integer, Boolean> judged = null;
        for (Map.Entry<Draft, Verdict> each : verdicts.entrySet()) {
            int index = unclear.indexOf(each.getKey());
            if (index >= 0 && judged == null) {
                judged = judge.apply(unclear.stream().map(sentences::claim).toList());
            }
            Boolean isSaid = index < 0 ? null : judged.get(index);
            if (Boolean.FALSE.equals(isSaid)) {
                sentences.leaveOut();
            } else if (sentences.accepted().size() < most && !sentences.isAccepted(each.getKey())) {
                if (!isWanted.getAsBoolean()) {
                    return;
                }
                sentences.accept(
                        each.getKey(),
                        Boolean.TRUE.equals(isSaid)
                                ? Answer.Support.MODEL
                                : each.getValue() == Verdict.SUPPORTED ? Answer.Support.WORDS : Answer.Support.NONE);
            }
        }
    }

    /** Checks all sentences of a result of {@link AnswerTask}. */
    @SuppressWarnings("unchecked") // the task returns this type
    void check(ModelResult result, int most, Sentences sentences, Function<List<Claim>, Map<Integer, Boolean>> judge) {
        check((List<Draft>) result.value(), result.provider(), most, sentences, judge, () -> true);
    }

    /** Removes links; null if the sentence is an instruction or if nothing is left. */
    private Draft plain(Draft draft, Sentences sentences) {
        if (instructions.isOrder(draft.text())) {
            return null;
        }
        String visible = PlainPassage.visible(draft.text());
        String text = PlainPassage.withoutLinks(visible);
        if (PlainPassage.hasLink(visible)) {
            sentences.noteRemovedLinks();
            // the ellipses that replace links are removed; the surrounding text may then form a new link
            for (String before = ""; !text.equals(before); ) {
                before = text;
                text = PlainPassage.withoutLinks(text.replace("…", " ")
                        .replaceAll("\\s+", " ")
                        .replaceAll(" ([.,;:!?])", "$1")
                        .replaceAll("\\(\\s*\\)", "")
                        .strip());
            }
        }
        return terms.of(text).size() < 2 || instructions.isOrder(text) ? null : new Draft(text, draft.citations());
    }

    /** Keeps only the citations that contribute to a supported sentence. */
    private Draft narrowed(Draft draft, Verdict verdict, Sentences sentences) {
        if (verdict != Verdict.SUPPORTED || draft.citations().size() == 1) {
            return draft;
        }
        List<Integer> contributing = draft.citations().stream()
                .filter(passage -> support.of(draft.text(), sentences.texts(List.of(passage))) == Verdict.SUPPORTED)
                .toList();
        return contributing.isEmpty() ? draft : new Draft(draft.text(), contributing);
    }
}
