package routes.answers;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import routes.llm.ModelFailureException;
import routes.llm.ModelTask;

/** The tasks for the models of {@code ANSWER_CHECK_PROVIDERS}. */
final class CheckTasks {
    private static final Pattern LINE = Pattern.compile("(?imu)^\\W*(\\d{1,2})\\W{1,4}(yes|no|да|нет|true|false)\\b");

    /** Of a verdict. */
    private static final int TOKENS = 12;

    private CheckTasks() {}

    /** Asks whether claims follow from passages. The result value maps the index of each judged claim to the verdict. */
    record Verdicts(List<Claim> claims, AnswerPrompts prompts) implements ModelTask {
        /** A sentence and the passages that it cites. */
        record Claim(String sentence, List<String> passages) {
            String text() {
                return "Claim: " + sentence + "\nPassages: " + String.join("\n", passages);
            }
        }

        private List<String> texts() {
            return claims.stream().map(Claim::text).toList();
        }

        @Override
        public String instruction() {
            return prompts.check(AnswerPrompts.mark(texts()));
        }

        @Override
        public String material() {
            return AnswerPrompts.between(AnswerPrompts.mark(texts()), texts());
        }

        @Override
        public int maxTokens() {
            return 50 + TOKENS * claims.size();
        }

        @Override
        public Map<Integer, Boolean> read(String content) {
            return verdicts(content, claims.size());
        }
    }

    /** Asks which texts are advertisements. The result value maps the index of each judged text to the verdict. */
    record Advertising(List<String> texts, AnswerPrompts prompts) implements ModelTask {
        @Override
        public String instruction() {
            return prompts.advertisement(AnswerPrompts.mark(texts));
        }

        @Override
        public String material() {
            return AnswerPrompts.between(AnswerPrompts.mark(texts), texts);
        }

        @Override
        public int maxTokens() {
            return 50 + TOKENS * texts.size();
        }

        @Override
        public Map<Integer, Boolean> read(String content) {
            return verdicts(content, texts.size());
        }
    }

    private static Map<Integer, Boolean> verdicts(String content, int count) {
        Map<Integer, Boolean> verdicts = new TreeMap<>();
        for (Matcher line = LINE.matcher(content); line.find(); ) {
            int number = Integer.parseInt(line.group(1)) - 1;
            if (number >= 0 && number < count) {
                boolean isYes = line.group(2).toLowerCase(java.util.Locale.ROOT).matches("yes|да|true");
                // two different verdicts on one text are a no
                verdicts.merge(number, isYes, Boolean::logicalAnd);
            }
        }
        if (verdicts.isEmpty()) {
            throw ModelFailureException.unusable("no verdict in the answer");
        }
        return verdicts;
    }

    /** Asks for the last question in full. The result value is the question. */
    record FollowUp(List<String> earlier, String question, Terms terms, AnswerPrompts prompts) implements ModelTask {
        private static final int MAX_LENGTH = 300;
        /** Share of the words that have to be from the thread: the model completes, it does not invent. */
        private static final double KNOWN = 0.8;

        private List<String> texts() {
            return Stream.concat(earlier.stream(), Stream.of("(last) " + question))
                    .toList();
        }

        @Override
        public String instruction() {
            return prompts.followUp(AnswerPrompts.mark(texts()));
        }

        @Override
        public String material() {
            return AnswerPrompts.between(AnswerPrompts.mark(texts()), texts());
        }

        @Override
        public int maxTokens() {
            return 150;
        }

        @Override
        public String read(String content) {
            String line = PlainPassage.of(content)
                    .lines()
                    .findFirst()
                    .orElse("")
                    .replaceFirst("^\\W*\\(last\\)\\s*", "")
                    .strip();
            if (line.isBlank() || line.length() > MAX_LENGTH || line.contains("…")) {
                throw ModelFailureException.unusable("no question of one line");
            }
            var known = terms.keys(String.join(" ", earlier) + " " + question);
            if (Terms.coverage(terms.subject(line), known) < KNOWN) {
                throw ModelFailureException.unusable("the question has words of its own");
            }
            return line;
        }
    }
}
