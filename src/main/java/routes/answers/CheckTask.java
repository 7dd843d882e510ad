package routes.answers;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import routes.llm.ModelFailureException;
import routes.llm.ModelTask;

/**
 * A task for the models of {@code ANSWER_CHECK_PROVIDERS}.
 *
 * @param prompt name of the prompt in {@link AnswerPrompts}
 * @param texts the texts that the prompt refers to
 * @param reader parses the model's answer
 */
record CheckTask(
        String prompt, List<String> texts, int maxTokens, AnswerPrompts prompts, Function<String, Object> reader)
        implements ModelTask {
    private static final Pattern LINE = Pattern.compile("(?imu)^\\W*(\\d{1,2})\\W{1,4}(yes|no|да|нет|true|false)\\b");

    /** Maximum length of a verdict, in tokens. */
    private static final int TOKENS = 12;

    private static final int MAX_QUESTION = 300;
    /** Minimum share of a completed question's words that must come from the thread, so that the model cannot invent a subject. */
    private static final double KNOWN = 0.8;

    /** A sentence and the passages it cites. */
    record Claim(String sentence, List<String> passages) {
        String text() {
            return "Claim: " + sentence + "\nPassages: " + String.join("\n", passages);
        }
    }

    /** Asks whether claims follow from their passages. The result value maps the index of each judged claim to the verdict. */
    static CheckTask verdicts(List<Claim> claims, AnswerPrompts prompts) {
        return judging(AnswerPrompts.CHECK, claims.stream().map(Claim::text).toList(), prompts);
    }

    /** Asks which texts are advertisements. The result value maps the index of each judged text to the verdict. */
    static CheckTask advertising(List<String> texts, AnswerPrompts prompts) {
        return judging(AnswerPrompts.ADVERTISEMENT, texts, prompts);
    }

    private static CheckTask judging(String prompt, List<String> texts, AnswerPrompts prompts) {
        int tokens = 50 + TOKENS * texts.size();
        return new CheckTask(prompt, texts, tokens, prompts, content -> verdicts(content, texts.size()));
    }

    private static Map<Integer, Boolean> verdicts(String content, int count) {
        Map<Integer, Boolean> verdicts = new TreeMap<>();
        for (Matcher line = LINE.matcher(content); line.find(); ) {
            int number = Integer.parseInt(line.group(1)) - 1;
            if (number >= 0 && number < count) {
                boolean isYes = line.group(2).toLowerCase(Locale.ROOT).matches("yes|да|true");
                // contradictory verdicts on one text count as no
                verdicts.merge(number, isYes, Boolean::logicalAnd);
            }
        }
        if (verdicts.isEmpty()) {
            throw ModelFailureException.unusable("the answer contains no verdict");
        }
        return verdicts;
    }

    /** Asks for the last question in complete form. The result value is the completed question. */
    static CheckTask followUp(List<String> earlier, String question, Terms terms, AnswerPrompts prompts) {
        List<String> texts =
                Stream.concat(earlier.stream(), Stream.of("(last) " + question)).toList();
        Set<String> known = terms.keys(String.join(" ", earlier) + " " + question);
        return new CheckTask(AnswerPrompts.FOLLOW_UP, texts, 150, prompts, content -> completed(content, known, terms));
    }

    private static String completed(String content, Set<String> known, Terms terms) {
        String line = PlainPassage.of(content)
                .lines()
                .findFirst()
                .orElse("")
                .replaceFirst("^\\W*\\(last\\)\\s*", "")
                .strip();
        if (line.isBlank() || line.length() > MAX_QUESTION || line.contains("…")) {
            throw ModelFailureException.unusable("the answer is not a question of one line");
        }
        if (Terms.coverage(terms.subject(line), known) < KNOWN) {
            throw ModelFailureException.unusable("the question contains words that are not in the conversation");
        }
        return line;
    }

    @Override
    public String instruction() {
        return prompts.filled(prompt, AnswerPrompts.mark(texts), 0);
    }

    @Override
    public String material() {
        return AnswerPrompts.between(AnswerPrompts.mark(texts), texts);
    }

    @Override
    public Object read(String content) {
        return reader.apply(content);
    }
}
