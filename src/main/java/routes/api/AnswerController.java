package routes.api;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.http.MediaType;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import routes.answers.Answer;
import routes.answers.AnswerProperties;
import routes.answers.Answers;
import routes.answers.Answers.TooManyQuestionsException;
import routes.answers.Question;
import routes.api.http.ProblemType;
import routes.api.http.Times;

/** Answers questions from the posts of the channels that a user reads, either in one response or as a stream of events. */
@RestController
final class AnswerController implements DisposableBean {
    private static final Logger LOG = LoggerFactory.getLogger(AnswerController.class);

    /** Interval between comments in a stream. Writing a comment detects a disconnected client. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(5);

    /** A stream ends at most this long after ANSWER_TIME_BUDGET. */
    private static final Duration MARGIN = Duration.ofSeconds(30);

    private final UserStore users;
    private final Subscriptions subscriptions;
    private final Answers answers;
    private final Duration longest;
    private final ScheduledThreadPoolExecutor heartbeats;

    AnswerController(UserStore users, Subscriptions subscriptions, Answers answers, AnswerProperties properties) {
        this.users = users;
        this.subscriptions = subscriptions;
        this.answers = answers;
        this.longest = properties.timeBudget().plus(MARGIN);
        var threads = new CustomizableThreadFactory("answer-heartbeat-");
        threads.setDaemon(true);
        this.heartbeats = new ScheduledThreadPoolExecutor(1, threads);
        this.heartbeats.setRemoveOnCancelPolicy(true);
    }

    /**
     * @param limit maximum number of sources; null for the configured number
     * @param channelIds channels to search; null for all channels that the user reads
     * @param from earliest {@code posted_at}, inclusive
     * @param to latest {@code posted_at}, exclusive
     * @param threadId thread of the answer that this question follows up; null for a new thread
     */
    record Ask(
            @NotNull(message = "is required") @PlainText(max = 500) String query,
            @Min(value = 1, message = "must be 1 to 20") @Max(value = 20, message = "must be 1 to 20") Integer limit,
            @Size(max = 1000, message = "must have at most 1000 channels") List<@NotNull UUID> channelIds,
            @PlainText(max = 100) String tag,
            Instant from,
            Instant to,
            UUID threadId) {}

    /** @param answer complete text, or the reason why there is no answer */
    record Answered(String answer, @JsonUnwrapped Answer parts, long processingTimeMs) {

        static Answered of(Answer answer, long millis) {
            boolean isAnswered = !answer.sentences().isEmpty();
            return new Answered(
                    isAnswered ? answer.text() : answer.notes().get(0).text(), answer, millis);
        }
    }

    @PostMapping(path = "/users/{user_id}/rag/query", consumes = MediaType.APPLICATION_JSON_VALUE)
    Answered ask(@PathVariable("user_id") long id, @Valid @RequestBody Ask asked) {
        return answered(users.require(id), asked);
    }

    /** @throws ErrorResponseException as {@link #ask} */
    Answered answered(User user, Ask asked) {
        long started = System.nanoTime();
        try {
            return Answered.of(answers.answer(question(user, asked), new Answer.Listener() {}), millisSince(started));
        } catch (TooManyQuestionsException | CancellationException e) {
            throw problem(e);
        }
    }

    /** Streams the same answer as the events status, sources, sentence and done, or error. */
    @PostMapping(
            path = "/users/{user_id}/rag/query",
            consumes = MediaType.APPLICATION_JSON_VALUE,
            produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    SseEmitter stream(@PathVariable("user_id") long id, @Valid @RequestBody Ask asked) {
        long started = System.nanoTime();
        Question question = question(users.require(id), asked);
        var stream = new SseEmitter(longest.toMillis());
        var listener = new Answer.Listener() {
            @Override
            public void status(String phase) {
                send(stream, "status", Map.of("phase", phase));
            }

            @Override
            public void sources(List<Answer.Source> sources) {
                send(stream, "sources", Map.of("sources", sources));
            }

            @Override
            public void sentence(Answer.Sentence sentence) {
                send(stream, "sentence", sentence);
            }
        };
        Future<?> work;
        try {
            work = answers.start(
                    question,
                    listener,
                    answer -> {
                        send(stream, "done", Answered.of(answer, millisSince(started)));
                        stream.complete();
                    },
                    failure -> {
                        send(stream, "error", problem(failure).getBody());
                        stream.complete();
                    });
        } catch (TooManyQuestionsException e) {
            throw problem(e);
        }
        var heartbeat = new AtomicReference<ScheduledFuture<?>>();
        Runnable end = () -> {
            work.cancel(true);
            heartbeat.get().cancel(false);
        };
        heartbeat.set(heartbeats.scheduleWithFixedDelay(
                () -> beat(stream, work), HEARTBEAT.toMillis(), HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS));
        stream.onTimeout(end);
        stream.onError(failure -> end.run());
        stream.onCompletion(end);
        return stream;
    }

    private static void beat(SseEmitter stream, Future<?> work) {
        try {
            stream.send(SseEmitter.event().comment("waiting"));
        } catch (IOException | IllegalStateException e) {
            LOG.debug("The client has disconnected", e);
            work.cancel(true);
        }
    }

    /** @throws CancellationException if the client has disconnected */
    private static void send(SseEmitter stream, String event, Object data) {
        try {
            stream.send(SseEmitter.event().name(event).data(data, MediaType.APPLICATION_JSON));
        } catch (IOException | IllegalStateException e) {
            throw (CancellationException) new CancellationException("The client has disconnected").initCause(e);
        }
    }

    private Question question(User user, Ask asked) {
        requireStorable("from", asked.from());
        requireStorable("to", asked.to());
        PostFilter.requireOrder(asked.from(), asked.to());
        return new Question(
                user.tenantId(),
                user.id(),
                asked.query(),
                asked.limit() == null ? 0 : asked.limit(),
                subscriptions.of(user, asked.channelIds()),
                asked.tag(),
                asked.from(),
                asked.to(),
                asked.threadId());
    }

    private static void requireStorable(String field, Instant time) {
        if (time != null && !Times.isStorable(time)) {
            throw ProblemType.INVALID_VALUE.exception(field, field + " must be in the years 1 to 9999");
        }
    }

    private static ErrorResponseException problem(RuntimeException failure) {
        if (failure instanceof TooManyQuestionsException) {
            return ProblemType.TOO_MANY_REQUESTS.exception(null, failure.getMessage());
        } else if (failure instanceof CancellationException) {
            return ProblemType.NOT_READY.exception(null, "The process is shutting down");
        } else if (failure instanceof ErrorResponseException known) {
            return known;
        }
        Optional<ErrorResponseException> outage = ProblemType.outage(failure);
        if (outage.isPresent()) {
            LOG.warn("Cannot answer a question: {}", failure.toString());
            return outage.get();
        }
        LOG.error("Cannot answer a question", failure);
        return ProblemType.INTERNAL_ERROR.exception(
                null, "The question could not be answered because of an internal error");
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }

    @Override
    public void destroy() {
        heartbeats.shutdownNow();
    }
}
