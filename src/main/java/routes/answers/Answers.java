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
import routes.answers.CheckTask.Claim;
import routes.answers.Subjects.Chosen;
import routes.llm.ModelResult;
import routes.llm.Providers;
import routes.text.Language;

/**
 * Answers questions from posts. Every sentence cites posts and is passed on only after a check that it follows from them.
 *
 * <p>The confidence of an answer is the sum of: half the share of the question's words that the cited passages contain, 0.3 of the
 * share of supported sentences, and 0.1 for each cited channel, up to two. It ranks answers; it is not a probability.
 */
@Component
public class Answers implements DisposableBean {
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
    /** Share of the time budget for the models that write; the rest is for the check. */
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
        // a question uses up to three threads: the request thread, one that reads the model's output, one that waits
        // for the judge
        this.threads = new ThreadPoolExecutor(
                0, 4 * properties.maxConcurrent(), 30, TimeUnit.SECONDS, new SynchronousQueue<>(), named);
        for (Intent intent : Intent.values()) {
            List.of(ANSWERED, NOTHING, "failed", "cancelled").forEach(outcome -> count(intent, outcome, 0));
        }
    }

    /** The number of questions being answered has reached ANSWER_MAX_CONCURRENT. */
    public static final class TooManyQuestionsException extends RuntimeException {
        private static final long serialVersionUID = 1;

        TooManyQuestionsException(int most) {
            super(most + " questions are already being answered (ANSWER_MAX_CONCURRENT)");
        }
    }

    private void count(Intent intent, String outcome, int questions) {
        metrics.counter("rag.queries", "intent", intent.code(), "outcome", outcome)
                .increment(questions);
    }

    /**
     * Answers on the calling thread, within ANSWER_TIME_BUDGET.
     *
     * @throws TooManyQuestionsException without waiting, if the limit is reached
     * @throws CancellationException if the calling thread is interrupted
     */
    public Answer answer(Question question, Answer.Listener listener) {
        takePermit();
        try {
            return measured(question, listener, false);
        } finally {
            permits.release();
        }
    }

    /**
     * Answers on another thread; the listener receives each sentence while the model writes the next one. Cancelling the result
     * stops the work and its model calls.
     *
     * @param done receives the answer
     * @param failed receives the exception, unless the work is cancelled
     * @throws TooManyQuestionsException without waiting, if the limit is reached
     */
    public Future<?> start(
            Question question, Answer.Listener listener, Consumer<Answer> done, Consumer<RuntimeException> failed) {
        takePermit();
        try {
            return threads.submit(() -> {
                try {
                    done.accept(measured(question, listener, true));
                } catch (CancellationException e) {
                    LOG.debug("The client has disconnected", e);
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

    private Answer measured(Question question, Answer.Listener listener, boolean inParts) {
        long started = System.nanoTime();
        Intent intent = Intent.of(question.text());
        String outcome = "failed";
        try {
            Answer answer = work(question, intent, listener, inParts, started);
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

    private Answer work(Question asked, Intent intent, Answer.Listener listener, boolean inParts, long started) {
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
                written(asked.withText(full), intent, language, chosen, sentences, listener, inParts, started, notes);
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

    /** Returns the complete question. A model completes it if one is available; otherwise a rule does. */
    private String completed(Question asked, List<String> earlier) {
        if (earlier.isEmpty() || !followUps.isIncomplete(asked.text())) {
            return asked.text();
        }
        ModelResult byModel = models.canCheck()
                ? inTime(() -> models.check(CheckTask.followUp(earlier, asked.text(), terms, prompts)), FOR_COMPLETING)
                : null;
        return byModel == null ? followUps.byRule(asked.text(), earlier) : (String) byModel.value();
    }

    /** Writes and checks the sentences. Returns the result of the provider; null if nothing was written. */
    private ModelResult written(
            Question question,
            Intent intent,
            Language language,
            Chosen chosen,
            Sentences sentences,
            Answer.Listener listener,
            boolean inParts,
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
        // lists of posts are created without a model
        boolean isList = intent == Intent.SEARCH || intent == Intent.RECOMMEND;
        Drafting drafting = inParts && !isList ? new Drafting() : null;
        var task = new AnswerTask(
                question.text(),
                intent,
                language,
                chosen.subject(),
                chosen.passages(),
                maxSentences(intent, chosen),
                prompts,
                drafting);
        ModelResult result = null;
        if (drafting != null) {
            result = whileWritten(task, drafting, sentences, started, notes);
        } else if (!isList) {
            result = inTime(() -> models.answer(task), left(started, FOR_WRITING));
        }
        if (result == null) {
            result = local.answer(task);
            if (!isList) {
                notes.add(NoteKind.WITHOUT_MODEL.of(language));
            }
        }
        listener.status("checking");
        check.check(result, task.maxSentences(), sentences, claims -> judged(claims, started));
        boolean isRefused =
                !((List<?>) result.value()).isEmpty() && sentences.accepted().isEmpty();
        if (isRefused && !result.provider().equals(Providers.LOCAL)) {
            result = local.answer(task);
            notes.add(NoteKind.WITHOUT_MODEL.of(language));
            sentences.forget();
            check.check(result, task.maxSentences(), sentences, claims -> Map.of());
        }
        return result;
    }

    /**
     * Checks the sentences of a model while it writes the next ones. If the model fails after a sentence was accepted, the accepted
     * sentences are kept with a note, because another call would write different sentences.
     *
     * @return the result, of which not all sentences are checked; null if no model has written an accepted sentence
     */
    private ModelResult whileWritten(
            AnswerTask task, Drafting drafting, Sentences sentences, long started, List<Answer.Note> notes) {
        long end = System.nanoTime() + left(started, FOR_WRITING).toNanos();
        ModelResult whole = null;
        int attempt = 0;
        Future<ModelResult> writing = null;
        try {
            writing = threads.submit(() -> {
                try {
                    return models.answer(task);
                } finally {
                    drafting.ends();
                }
            });
            Drafting.Some some = drafting.next(end - System.nanoTime());
            while (!some.drafts().isEmpty()) {
                if (some.attempt() != attempt) {
                    sentences.forget();
                    attempt = some.attempt();
                }
                int current = attempt;
                check.check(
                        some.drafts(),
                        some.provider(),
                        task.maxSentences(),
                        sentences,
                        claims -> judged(claims, started),
                        () -> drafting.use(current));
                some = drafting.next(end - System.nanoTime());
            }
            whole = result(writing, Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        } catch (InterruptedException e) {
            throw left(e);
        } catch (RejectedExecutionException e) {
            LOG.warn("Answering without models: too many model calls are running", e);
        } finally {
            if (writing != null) {
                writing.cancel(true);
            }
        }
        Drafting.Call call = drafting.call();
        boolean isOfCall = whole != null && whole.provider().equals(call.provider());
        if (call.isUsed() && !isOfCall) {
            notes.add(NoteKind.BROKEN_OFF.of(task.language()));
            return new ModelResult(call.provider(), call.model(), List.of(), Map.of());
        }
        if (call.attempt() != attempt || !isOfCall) {
            sentences.forget();
        }
        return whole;
    }

    private static int maxSentences(Intent intent, Chosen chosen) {
        return intent == Intent.ASK
                ? MAX_SENTENCES
                : Math.max(MAX_SENTENCES, chosen.passages().size());
    }

    @SuppressWarnings("unchecked") // the task returns this type
    private Map<Integer, Boolean> judged(List<Claim> claims, long started) {
        ModelResult verdicts = models.canCheck()
                ? inTime(() -> models.check(CheckTask.verdicts(claims, prompts)), left(started, 1))
                : null;
        return verdicts == null ? Map.of() : (Map<Integer, Boolean>) verdicts.value();
    }

    private Duration left(long started, double share) {
        long budget = (long) (share * properties.timeBudget().toNanos());
        return Duration.ofNanos(Math.max(0, budget - (System.nanoTime() - started)));
    }

    /**
     * Returns the result of a model call; null if the call fails or exceeds the time limit.
     *
     * @throws CancellationException if this thread is interrupted; the call is cancelled as well
     */
    private ModelResult inTime(Callable<ModelResult> call, Duration most) {
        Future<ModelResult> result = null;
        try {
            result = threads.submit(call);
            return result(result, most);
        } catch (InterruptedException e) {
            throw left(e);
        } catch (RejectedExecutionException e) {
            LOG.warn("Answering without models: too many model calls are running", e);
        } finally {
            if (result != null) {
                result.cancel(true);
            }
        }
        return null;
    }

    private static CancellationException left(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return (CancellationException) new CancellationException("The client has disconnected").initCause(cause);
    }

    /** Returns the result of a call; null if it fails or exceeds the time limit. */
    private static ModelResult result(Future<ModelResult> call, Duration most) throws InterruptedException {
        try {
            return call.get(most.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            LOG.info("Answering without models: {}", e.getCause().getMessage());
        } catch (TimeoutException e) {
            LOG.info("Answering without models: they did not respond within {} ms", most.toMillis(), e);
        }
        return null;
    }

    @Override
    public void destroy() {
        threads.shutdownNow();
    }
}
