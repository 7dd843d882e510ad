package routes.answers;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import routes.answers.Terms.Term;
import routes.llm.AnswerParts;
import routes.llm.ModelFailureException;
import routes.llm.ModelTask;
import routes.text.Language;

/**
 * Requests an answer from passages. The result value is a list of {@link Draft}: sentences with citations, not yet checked; empty
 * if the passages do not answer the question.
 *
 * @param drafting receives sentences while they are written; null to receive the answer as a whole
 */
public record AnswerTask(
        String question,
        Intent intent,
        Language language,
        List<Term> subject,
        List<Passage> passages,
        int maxSentences,
        AnswerPrompts prompts,
        Drafting drafting)
        implements ModelTask {
    /** Length of a Russian sentence of thirty words with citations. */
    private static final int TOKENS_PER_SENTENCE = 120;

    private static final String OPEN = "⟦";
    private static final String CLOSE = "⟧";

    /** {@code [1]}, {@code [1, 3]}, {@code [2-4]}, {@code [^1]}, {@code [source 1]}, {@code 【1】}, also as a link. */
    private static final Pattern CITATION = Pattern.compile(
            "[\\[【](?:\\^|№ ?|(?iu:источник|source|passage|отрывок|пост|post)\\w* )?(\\d{1,2}(?:\\s?[,;–-]\\s?\\d{1,2})*)(?:†[^\\]】]*)?[]】](?:\\([^()\\s]*\\))?");

    private static final Pattern CITED = Pattern.compile("\\s*" + OPEN + "([^" + CLOSE + "]*)" + CLOSE);
    private static final Pattern AFTER_END =
            Pattern.compile("([.!?…]+[\"»”)]*)((?:\\s*" + OPEN + "[^" + CLOSE + "]*" + CLOSE + ")+)");
    private static final Pattern NO_ANSWER = Pattern.compile("(?iu)\\W*(?:НЕТ ОТВЕТА|NO ANSWER)\\W*");

    /**
     * A sentence written by a provider, before the check.
     *
     * @param text without citations
     * @param citations indexes of passages, from 0
     */
    public record Draft(String text, List<Integer> citations) {}

    public AnswerTask {
        passages = List.copyOf(passages);
    }

    private List<String> texts() {
        return passages.stream()
                .map(passage ->
                        passage.post().postedAt().atOffset(ZoneOffset.UTC).toLocalDate() + "\n" + passage.text())
                .toList();
    }

    private String mark() {
        return AnswerPrompts.mark(
                Stream.concat(texts().stream(), Stream.of(question)).toList());
    }

    @Override
    public String instruction() {
        return prompts.answer(language, intent == Intent.DIGEST, maxSentences, mark());
    }

    @Override
    public String material() {
        return AnswerPrompts.between(mark(), texts()) + "\n" + question;
    }

    @Override
    public int maxTokens() {
        return TOKENS_PER_SENTENCE * (maxSentences + 2);
    }

    @Override
    public AnswerParts parts() {
        return drafting == null
                ? null
                : new AnswerParts() {
                    @Override
                    public boolean begins(String provider, String model) {
                        return drafting.begins(provider, model);
                    }

                    @Override
                    public void written(String content) {
                        drafting.written(drafts(content, false));
                    }
                };
    }

    @Override
    public List<Draft> read(String content) {
        if (NO_ANSWER.matcher(content).matches()) {
            return List.of();
        }
        List<Draft> drafts = drafts(content, true);
        if (drafts.isEmpty()) {
            throw ModelFailureException.unusable("no sentence cites a passage");
        }
        return drafts;
    }

    /** @param isWhole false to return only the sentences that the rest of the answer cannot change */
    private List<Draft> drafts(String content, boolean isWhole) {
        List<Draft> drafts = new ArrayList<>();
        String[] paragraphs = PlainPassage.visible(CITATION.matcher(content).replaceAll(OPEN + "$1" + CLOSE))
                .split("\\n+", -1);
        for (int i = 0; i < paragraphs.length; i++) {
            String ordered = AFTER_END.matcher(paragraphs[i]).replaceAll("$2$1 ");
            List<String> uncited = new ArrayList<>();
            List<String> sentences = PlainPassage.sentences(ordered);
            boolean isOpen = !isWhole && i == paragraphs.length - 1;
            for (String sentence : isOpen ? withoutLast(sentences) : sentences) {
                List<Integer> citations = CITED.matcher(sentence)
                        .results()
                        .flatMap(AnswerTask::numbers)
                        .distinct()
                        .filter(n -> n >= 1 && n <= passages.size())
                        .map(n -> n - 1)
                        .toList();
                String text = CITED.matcher(sentence)
                        .replaceAll("")
                        .replaceAll("\\s+([.!?…,;])", "$1")
                        .strip();
                if (citations.isEmpty()) {
                    uncited.add(text);
                    continue;
                }
                // a citation at the end of a paragraph applies to the preceding sentences as well
                uncited.forEach(earlier -> drafts.add(new Draft(earlier, citations)));
                uncited.clear();
                if (text.codePoints().anyMatch(Character::isLetter)) {
                    drafts.add(new Draft(text, citations));
                }
            }
        }
        return drafts.subList(0, Math.min(drafts.size(), 2 * maxSentences));
    }

    /**
     * Removes the last sentence, unless its end is certain. The end of a sentence is certain only after a letter of the next one.
     * Before that, it may continue in lower case or receive another citation.
     */
    private static List<String> withoutLast(List<String> sentences) {
        int last = sentences.size() - 1;
        while (last > 0 && sentences.get(last).codePoints().noneMatch(Character::isLetter)) {
            last--;
        }
        return sentences.subList(0, Math.max(0, last));
    }

    /** Parses number lists such as {@code 1, 3-5}. */
    private static Stream<Integer> numbers(MatchResult cited) {
        return Stream.of(cited.group(1).split("[,;]")).flatMap(part -> {
            List<Integer> ends = Stream.of(part.split("[–-]"))
                    .map(String::strip)
                    .filter(n -> n.matches("\\d{1,2}"))
                    .map(Integer::valueOf)
                    .toList();
            return ends.isEmpty()
                    ? Stream.of()
                    : IntStream.rangeClosed(ends.get(0), Math.max(ends.get(0), ends.get(ends.size() - 1)))
                            .boxed();
        });
    }

    @Override
    public String toString() {
        return passages.stream()
                .map(passage -> "post " + passage.post().number())
                .collect(Collectors.joining(", ", intent.code() + " of ", ""));
    }
}
