package routes.answers;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.Body;
import org.springframework.stereotype.Component;
import routes.answers.AnswerTask.Draft;
import routes.answers.Terms.Term;
import routes.llm.ModelResult;
import routes.llm.Providers;

/**
 * Answers without a model, as bean {@code localAnswers}: selects the sentences of the passages that contain most of the question's
 * words and returns them unchanged. Deterministic.
 */
@Component("localAnswers")
public class LocalAnswers {
    private static final int PER_PASSAGE = 2;

    /** Sentences that score less than this share of the best score are left out. */
    private static final double OF_BEST = 0.72;

    private static final double REPEATED = 0.6;

    private static final Pattern HOW_MANY = words(
            "сколько|когда|какого года|в каком году|как (?:долго|часто|далеко|велик\\p{L}*)|how (?:many|much|long|far|old|big|often|tall)|when|what year|which year");
    private static final Pattern WHO = words("кто|кого|кем|кому|чей|who|whose|whom");
    private static final Pattern WHAT_IS = words("что (?:такое|значит|за)|what (?:is|are|was)|who (?:is|was)");

    private final Terms terms;

    LocalAnswers(Terms terms) {
        this.terms = terms;
    }

    private static Pattern words(String expression) {
        return Pattern.compile(
                "(?<![\\p{L}\\p{N}])(?:" + expression + ")(?![\\p{L}\\p{N}])",
                Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    }

    /** The result value is a list of {@link Draft}. */
    public ModelResult answer(@Body AnswerTask task) {
        List<Draft> drafts = task.intent() == Intent.ASK ? bestSentences(task) : onePerPassage(task);
        return new ModelResult(Providers.LOCAL, null, drafts, Map.of());
    }

    /** @param passage index of the passage */
    private record Candidate(int passage, int sentence, String text, double score) {}

    private List<Draft> bestSentences(AnswerTask task) {
        List<Candidate> candidates = new ArrayList<>();
        for (int p = 0; p < task.passages().size(); p++) {
            Passage passage = task.passages().get(p);
            for (int s = 0; s < passage.sentences().size(); s++) {
                candidates.add(new Candidate(p, s, passage.sentences().get(s), score(task, passage, s)));
            }
        }
        candidates.sort(Comparator.comparingDouble(Candidate::score)
                .reversed()
                .thenComparingInt(Candidate::passage)
                .thenComparingInt(Candidate::sentence));
        List<Candidate> chosen = new ArrayList<>();
        for (Candidate candidate : candidates) {
            boolean isEnough = chosen.size() >= Math.min(4, task.maxSentences())
                    || !chosen.isEmpty()
                            && candidate.score() < OF_BEST * chosen.get(0).score();
            if (isEnough) {
                break;
            }
            long ofPassage = chosen.stream()
                    .filter(one -> one.passage() == candidate.passage())
                    .count();
            if (ofPassage < PER_PASSAGE
                    && chosen.stream().noneMatch(one -> isRepetition(one.text(), candidate.text()))) {
                chosen.add(candidate);
            }
        }
        if (!chosen.isEmpty()) {
            neighbour(task, chosen).ifPresent(chosen::add);
        }
        for (Conflicts.Conflict conflict : new Conflicts(terms, new Support(terms)).among(task.passages())) {
            addBothSides(task, conflict, chosen);
        }
        return chosen.stream()
                .sorted(Comparator.comparingInt(Candidate::passage).thenComparingInt(Candidate::sentence))
                .map(one -> new Draft(one.text(), List.of(one.passage())))
                .toList();
    }

    /**
     * Returns a sentence near the best one that adds information: one with a name for a question about a person, one with a number
     * for a question about an amount, otherwise the next sentence.
     */
    private Optional<Candidate> neighbour(AnswerTask task, List<Candidate> chosen) {
        Candidate best = chosen.get(0);
        List<String> sentences = task.passages().get(best.passage()).sentences();
        boolean isNumber = HOW_MANY.matcher(task.question()).find();
        boolean isName = !isNumber && WHO.matcher(task.question()).find();
        if (isNumber && hasNewNumber(best.text(), task.question()) || isName && hasName(best.text())) {
            return Optional.empty();
        }
        return Stream.of(1, -1, 2, -2, 3, -3)
                .map(step -> best.sentence() + step)
                .filter(place -> place >= 0 && place < sentences.size())
                .filter(place -> place == best.sentence() + 1 || isNumber || isName)
                .filter(place -> !isNumber || hasNewNumber(sentences.get(place), task.question()))
                .filter(place -> !isName || hasName(sentences.get(place)))
                .findFirst()
                .map(place -> new Candidate(best.passage(), place, sentences.get(place), 0))
                .filter(one -> !has(chosen, one.text()));
    }

    private static boolean hasNewNumber(String sentence, String question) {
        Set<String> numbers = new HashSet<>(Support.numbers(sentence));
        numbers.removeAll(Support.numbers(question));
        return !numbers.isEmpty();
    }

    /** If the answer contains one of two contradicting sentences, adds the other one. */
    private static void addBothSides(AnswerTask task, Conflicts.Conflict conflict, List<Candidate> chosen) {
        boolean hasOne = has(chosen, conflict.sentence());
        boolean hasOther = has(chosen, conflict.otherSentence());
        if (hasOne != hasOther) {
            Passage missing = hasOne ? conflict.other() : conflict.one();
            String sentence = hasOne ? conflict.otherSentence() : conflict.sentence();
            chosen.add(new Candidate(
                    task.passages().indexOf(missing), missing.sentences().indexOf(sentence), sentence, 0));
        }
    }

    private static boolean has(List<Candidate> chosen, String sentence) {
        return chosen.stream().anyMatch(one -> one.text().equals(sentence));
    }

    private boolean isRepetition(String one, String other) {
        return terms.similarity(one, other) >= REPEATED && Conflicts.sameFacts(one, other, new Support(terms));
    }

    private double score(AnswerTask task, Passage passage, int index) {
        String sentence = passage.sentences().get(index);
        Set<String> keys = terms.keys(sentence);
        double own = Terms.coverage(task.subject(), keys);
        double score = 0.65 * own + 0.35 * passage.coverage();
        if (HOW_MANY.matcher(task.question()).find() && hasNewNumber(sentence, task.question())) {
            score += 0.15;
        }
        if (WHO.matcher(task.question()).find() && hasName(sentence)) {
            score += 0.15;
        }
        if (WHAT_IS.matcher(task.question()).find() && isDefinition(sentence, task.subject())) {
            score += 0.2;
        } else if (WHAT_IS.matcher(task.question()).find() && own == 1 && index == 0) {
            score += 0.1;
        }
        boolean isHeading = WHAT_IS.matcher(task.question()).find()
                && own == 1
                && index + 1 < passage.sentences().size();
        boolean saysLittle =
                terms.of(sentence).size() < 4 && !isHeading || sentence.endsWith("?") || sentence.endsWith(":");
        return saysLittle ? 0.5 * score : score;
    }

    /** Whether the sentence begins with the subject and then defines it. */
    private boolean isDefinition(String sentence, List<Term> subject) {
        List<Term> words = terms.of(sentence);
        boolean isFirst = !words.isEmpty()
                && words.stream().limit(3).anyMatch(word -> subject.stream().anyMatch(one -> one.isIn(word.keys())));
        return isFirst
                && Pattern.compile("\\s[—–-]\\s|\\s(?:это|is an?|is the|are|was an?)\\s")
                        .matcher(sentence)
                        .find();
    }

    private boolean hasName(String sentence) {
        return terms.of(sentence).stream()
                .anyMatch(word -> Character.isUpperCase(sentence.codePointAt(word.start())) && word.start() > 0);
    }

    /** Returns the best sentence of each passage, or its first sentence. */
    private List<Draft> onePerPassage(AnswerTask task) {
        List<Draft> drafts = new ArrayList<>();
        for (int p = 0; p < task.passages().size() && drafts.size() < task.maxSentences(); p++) {
            Passage passage = task.passages().get(p);
            int best = 0;
            for (int s = 1; s < passage.sentences().size(); s++) {
                boolean isBetter = terms.of(passage.sentences().get(best)).size() < 3
                        || !task.subject().isEmpty() && score(task, passage, s) > score(task, passage, best) + 0.2;
                best = isBetter ? s : best;
            }
            drafts.add(new Draft(passage.sentences().get(best), List.of(p)));
        }
        return drafts;
    }
}
