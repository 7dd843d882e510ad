package routes.answers;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;
import routes.answers.AnswerTask.Draft;
import routes.answers.CheckTasks.Verdicts.Claim;
import routes.answers.Subjects.Chosen;
import routes.llm.ModelResult;
import routes.llm.Providers;
import routes.text.Language;

/**
 * Answers questions from posts. Every sentence cites posts, and is passed on only after the check that it follows from them.
 *
 * <p>The confidence of an answer is half the share of the question's words that the cited passages have, 0.3 of the share of
 * sentences that are supported, and 0.1 for each of up to two channels. It orders answers; it is no probability.
 */
@Component
public class Answers implements DisposableBean {
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
    /** Share of the time that the models have to write; the rest is for the check. */
    private static final double FOR_WRITING = 0.75;

    private static final Duration FOR_COMPLETING = Duration.ofSeconds(10);
    private static final int MAX_SENTENCES = 6;
    private static final String ANSWERED = "answered";
    private static final String NOTHING = "nothing";

    private final Subjects subjects;
    private final Conversations conversations;
    private final FollowUps followUps;
    private final AnswerModels models;
    private final LocalAnswers local;
    private final SentenceCheck check;
    private final AnswerPrompts prompts;
    private final Terms terms;
    private final AnswerProperties properties;
    private final MeterRegistry metrics;
    private final Clock clock;
    private final Semaphore permits;
    private final ThreadPoolExecutor threads;

    Answers(
            Subjects subjects,
            Conversations conversations,
            FollowUps followUps,
            AnswerModels models,
            LocalAnswers local,
            SentenceCheck check,
            AnswerPrompts prompts,
            Terms terms,
            AnswerProperties properties,
            MeterRegistry metrics,
            Clock clock) {
        this.subjects = subjects;
        this.conversations = conversations;
        this.followUps = followUps;
        this.models = models;
        this.local = local;
        this.check = check;
        this.prompts = prompts;
        this.terms = terms;
        this.properties = properties;
        this.metrics = metrics;
        this.clock = clock;
        this.permits = new Semaphore(properties.maxConcurrent());
        var named = new CustomizableThreadFactory("answer-");
        named.setDaemon(true);
        // a question uses two threads; one that waits for a model may outlive its question by the time-out of the call
        this.threads = new ThreadPoolExecutor(
                0, 4 * properties.maxConcurrent(), 30, TimeUnit.SECONDS, new SynchronousQueue<>(), named);
        for (Intent intent : Intent.values()) {
            List.of(ANSWERED, NOTHING, "failed", "cancelled").forEach(outcome -> count(intent, outcome, 0));
        }
    }

    /** As many questions as ANSWER_MAX_CONCURRENT are being answered. */
    public static final class TooManyQuestionsException extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooManyQuestionsException(int most) {
            super(most + " questions are being answered already (ANSWER_MAX_CONCURRENT)");
        }
    }

    private void count(Intent intent, String outcome, int questions) {
        metrics.counter("rag.queries", "intent", intent.code(), "outcome", outcome)
                .increment(questions);
    }

    /**
     * Answers on the calling thread, within ANSWER_TIME_BUDGET.
     *
     * @throws TooManyQuestionsException at once
     * @throws CancellationException if the calling thread is interrupted
     */
    public Answer answer(Question question, Answer.Listener listener) {
        takePermit();
        try {
            return measured(question, listener);
        } finally {
            permits.release();
        }
    }

    /**
     * Answers on another thread. Cancelling the result ends the work, calls of models included.
     *
     * @param done receives the answer
     * @param failed receives what went wrong, unless the work is cancelled
     * @throws TooManyQuestionsException at once
     */
    public Future<?> start(
            Question question, Answer.Listener listener, Consumer<Answer> done, Consumer<RuntimeException> failed) {
        takePermit();
        try {
            return threads.submit(() -> {
                try {
                    done.accept(measured(question, listener));
                } catch (CancellationException e) {
                    LOG.debug("The asker has left", e);
                } catch (RuntimeException e) {
                    failed.accept(e);
                } finally {
                    permits.release();
                }
            });
        } catch (RejectedExecutionException e) {
            permits.release();
            throw new TooManyQuestionsException(properties.maxConcurrent());
        }
    }

    private void takePermit() {
        if (!permits.tryAcquire()) {
            throw new TooManyQuestionsException(properties.maxConcurrent());
        }
    }

    private Answer measured(Question question, Answer.Listener listener) {
        long started = System.nanoTime();
        Intent intent = Intent.of(question.text());
        String outcome = "failed";
        try {
            Answer answer = work(question, intent, listener, started);
            outcome = answer.outcome();
            return answer;
        } catch (CancellationException e) {
            outcome = "cancelled";
            throw e;
        } finally {
            count(intent, outcome, 1);
            metrics.timer("rag.query.duration", "intent", intent.code())
                    .record(System.nanoTime() - started, TimeUnit.NANOSECONDS);
        }
    }

    private Answer work(Question asked, Intent intent, Answer.Listener listener, long started) {
        listener.status("searching");
        List<String> earlier =
                asked.threadId() == null ? List.of() : conversations.questions(asked.userId(), asked.threadId());
        String full = completed(asked, earlier);
        Language language = Language.of(asked.text());
        Chosen chosen = subjects.choose(asked.withText(full), intent);
        List<Answer.Note> notes = new ArrayList<>();
        boolean isExpired = asked.threadId() != null && earlier.isEmpty();
        if (isExpired) {
            notes.add(NoteKind.THREAD_EXPIRED.of(language));
        }
        if (!full.equals(asked.text())) {
            notes.add(NoteKind.COMPLETED.of(language, full, List.of()));
        }
        if (chosen.period() != null) {
            notes.add(NoteKind.PERIOD.of(language, chosen.period(), List.of()));
        }
        if (chosen.isWithoutInterests()) {
            notes.add(NoteKind.NO_INTERESTS.of(language));
        }
        Sentences sentences = new Sentences(chosen.passages(), listener);
        ModelResult written =
                written(asked.withText(full), intent, language, chosen, sentences, listener, started, notes);
        var account = new Account(chosen, sentences, terms);
        notes.addAll(account.notes(language));
        UUID thread = asked.threadId() == null || isExpired ? UUID.randomUUID() : asked.threadId();
        boolean isAnswered = !sentences.accepted().isEmpty();
        List<Answer.Source> sources = isAnswered ? sentences.sources() : account.nearest();
        if (!isAnswered) {
            notes.add(0, (sources.isEmpty() ? NoteKind.NOTHING_FOUND : NoteKind.NOT_ANSWERED).of(language));
            listener.sources(sources);
        }
        Answer answer = new Answer(
                thread,
                asked.text(),
                full.equals(asked.text()) ? null : full,
                intent.code(),
                isAnswered ? ANSWERED : NOTHING,
                sentences.accepted(),
                sources,
                List.copyOf(notes),
                isAnswered ? account.confidence() : 0,
                written == null ? Providers.LOCAL : written.provider(),
                written == null ? null : written.model(),
                language);
        conversations.store(
                asked, answer, isAnswered ? account.topics() : List.of(), (System.nanoTime() - started) / 1_000_000);
        return answer;
    }

    /** The question in full, by a model if there is one. */
    private String completed(Question asked, List<String> earlier) {
        if (earlier.isEmpty() || !followUps.isIncomplete(asked.text())) {
            return asked.text();
        }
        ModelResult byModel = models.canCheck()
                ? inTime(
                        () -> models.check(new CheckTasks.FollowUp(earlier, asked.text(), terms, prompts)),
                        FOR_COMPLETING)
                : null;
        return byModel == null ? followUps.byRule(asked.text(), earlier) : (String) byModel.value();
    }

    /** Writes and checks the sentences. Returns who has written them; null if nothing was written. */
    @SuppressWarnings("unchecked") // the types that the tasks return
    private ModelResult written(
            Question question,
            Intent intent,
            Language language,
            Chosen chosen,
            Sentences sentences,
            Answer.Listener listener,
            long started,
            List<Answer.Note> notes) {
        if (!chosen.counted().isEmpty()) {
            chosen.counted().forEach(draft -> sentences.accept(draft, Answer.Support.COUNTED));
            return null;
        }
        if (chosen.passages().isEmpty()) {
            return null;
        }
        listener.status("writing");
        var task = new AnswerTask(
                question.text(),
                intent,
                language,
                chosen.subject(),
                chosen.passages(),
                maxSentences(intent, chosen),
                prompts);
        // lists of posts need no model
        boolean isList = intent == Intent.SEARCH || intent == Intent.RECOMMEND;
        ModelResult result = isList ? null : inTime(() -> models.answer(task), left(started, FOR_WRITING));
        if (result == null) {
            result = local.answer(task);
            if (!isList) {
                notes.add(NoteKind.WITHOUT_MODEL.of(language));
            }
        }
        listener.status("checking");
        check.check(
                (List<Draft>) result.value(),
                result.provider(),
                task.maxSentences(),
                sentences,
                claims -> judged(claims, started));
        boolean isRefused = !((List<Draft>) result.value()).isEmpty()
                && sentences.accepted().isEmpty();
        if (isRefused && !result.provider().equals(Providers.LOCAL)) {
            result = local.answer(task);
            notes.add(NoteKind.WITHOUT_MODEL.of(language));
            check.check(
                    (List<Draft>) result.value(),
                    result.provider(),
                    task.maxSentences(),
                    sentences,
                    claims -> Map.of());
        }
        return result;
    }

    private static int maxSentences(Intent intent, Chosen chosen) {
        return intent == Intent.ASK
                ? MAX_SENTENCES
                : Math.max(MAX_SENTENCES, chosen.passages().size());
    }

    @SuppressWarnings("unchecked") // the type that the task returns
    private Map<Integer, Boolean> judged(List<Claim> claims, long started) {
        ModelResult verdicts = models.canCheck()
                ? inTime(() -> models.check(new CheckTasks.Verdicts(claims, prompts)), left(started, 1))
                : null;
        return verdicts == null ? Map.of() : (Map<Integer, Boolean>) verdicts.value();
    }

    private Duration left(long started, double share) {
        long budget = (long) (share * properties.timeBudget().toNanos());
        return Duration.ofNanos(Math.max(0, budget - (System.nanoTime() - started)));
    }

    /**
     * The result of a call of models; null if it fails or takes too long.
     *
     * @throws CancellationException if this thread is interrupted; the call ends too
     */
    private ModelResult inTime(Callable<ModelResult> call, Duration most) {
        Future<ModelResult> result = null;
        try {
            result = threads.submit(call);
            return result.get(most.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException("The asker has left").initCause(e);
        } catch (ExecutionException e) {
            LOG.info("An answer goes on without models: {}", e.getCause().getMessage());
        } catch (TimeoutException e) {
            LOG.info("An answer goes on without models, which took longer than {} ms", most.toMillis(), e);
        } catch (RejectedExecutionException e) {
            LOG.warn("An answer goes on without models: too many calls are under way", e);
        } finally {
            if (result != null) {
                result.cancel(true);
            }
        }
        return null;
    }

    @Override
    public void destroy() {
        threads.shutdownNow();
    }
}
