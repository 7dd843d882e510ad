package routes.tdlib;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session with Telegram. A closed client can be opened again and keeps its subscriptions. Log lines and exceptions contain the names
 * of functions, never their arguments.
 */
public final class TdlibClient {
    /** Maximum number of pending requests. Further requests fail, so a caller that does not wait cannot exhaust the memory. */
    static final int MAX_PENDING = 10_000;

    /** Number of requests whose answer is discarded. */
    private static final long UNAWAITED = -1;

    private static final String CLOSED = "authorizationStateClosed";
    private static final Set<String> STATES = Set.of("updateAuthorizationState", "updateConnectionState");
    private static final Duration CLOSE = Duration.ofSeconds(15);
    private static final ObjectNode NO_STATE = JsonNodeFactory.instance.objectNode();
    private static final Logger LOG = LoggerFactory.getLogger(TdlibClient.class);

    private record Pending(String function, CompletableFuture<ObjectNode> answer, Future<?> timer) {}

    private final String name;
    private final Tdlib tdlib;
    private final Clock clock = Clock.systemUTC();
    private final AtomicLong requests = new AtomicLong();
    private final Map<Long, Pending> pending = new ConcurrentHashMap<>();
    private final Map<String, Instant> floodWaits = new ConcurrentHashMap<>();
    private final List<UpdateQueue> queues = new CopyOnWriteArrayList<>();
    private final List<Consumer<ObjectNode>> listeners = new CopyOnWriteArrayList<>();
    private final AtomicLong timedOut = new AtomicLong();
    private final AtomicLong late = new AtomicLong();

    private final AtomicLong unwanted = new AtomicLong();

    /** 0: not open. */
    private volatile int id;

    private volatile CompletableFuture<Void> closed = CompletableFuture.completedFuture(null);
    private volatile ObjectNode authorization = NO_STATE;
    private volatile ObjectNode connection = NO_STATE;

    TdlibClient(String name, Tdlib tdlib) {
        this.name = name;
        this.tdlib = tdlib;
    }

    public String name() {
        return name;
    }

    /** Opens the client unless it is open. TDLib then reports its authorization state. */
    public synchronized void open() {
        if (id != 0) {
            return;
        }
        closed = new CompletableFuture<>();
        authorization = NO_STATE;
        id = tdlib.open(this);
        // TDLib is silent until the first request
        tdlib.send(id, Tdlib.request("getOption").put("name", "version").put("@extra", UNAWAITED));
    }

    public boolean isOpen() {
        return id != 0;
    }

    /**
     * Sends a request. A small thread pool completes the future, so dependent stages must not block. Responses and updates are dispatched
     * separately: an update that TDLib sent before a response may be delivered after it.
     *
     * @param request has {@code @type}; {@code @extra} is set here
     * @param timeout required because TDLib has no timeout
     * @return completes with the response, or with a {@link TdlibException}
     */
    public CompletableFuture<ObjectNode> send(ObjectNode request, Duration timeout) {
        String function = request.path("@type").asText();
        CompletableFuture<ObjectNode> answer = new CompletableFuture<>();
        Optional<TdlibException> refused = refused(function);
        if (refused.isPresent()) {
            answer.completeExceptionally(refused.get());
            return answer;
        }
        long number = requests.incrementAndGet();
        Future<?> timer =
                tdlib.timers.schedule(() -> timedOut(number, timeout), timeout.toMillis(), TimeUnit.MILLISECONDS);
        pending.put(number, new Pending(function, answer, timer));
        LOG.trace("{} sends {} as request {}", name, function, number);
        int target = id;
        if (target == 0) {
            failPending();
        } else {
            tdlib.send(target, request.deepCopy().put("@extra", number));
        }
        return answer;
    }

    private Optional<TdlibException> refused(String function) {
        if (id == 0) {
            return Optional.of(new TdlibException(
                    TdlibException.Kind.CLOSED, function + " was not sent: the client " + name + " is not open"));
        }
        if (pending.size() >= MAX_PENDING) {
            return Optional.of(new TdlibException(
                    TdlibException.Kind.NOT_SENT,
                    function + " was not sent: " + MAX_PENDING + " requests of the client " + name
                            + " are still pending"));
        }
        Instant now = clock.instant();
        Instant until = floodWaits.getOrDefault(function, now);
        return until.isAfter(now)
                ? Optional.of(TdlibException.wait(
                        function, Duration.between(now, until).toSeconds() + 1))
                : Optional.empty();
    }

    /** Like {@link #send}, but waits for the response. Must not be called by a thread that completes responses. */
    public ObjectNode call(ObjectNode request, Duration timeout) throws TdlibException, InterruptedException {
        try {
            return send(request, timeout).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TdlibException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /**
     * Subscribes to updates. For authorization states, subscribers get only the type. The subscription survives closing and reopening the
     * client.
     *
     * @param types such as {@code updateNewMessage}; empty for all
     * @param maxUpdates maximum number of queued updates
     * @param maxBytes maximum total size of the queued updates, as JSON
     */
    public UpdateQueue subscribe(Set<String> types, int maxUpdates, long maxBytes) {
        UpdateQueue[] self = new UpdateQueue[1];
        self[0] = new UpdateQueue(types, maxUpdates, maxBytes, () -> queues.remove(self[0]));
        queues.add(self[0]);
        return self[0];
    }

    /**
     * Registers a listener for changes of the authorization and connection states, called in order, on a thread that it must not block for
     * long. The states can contain the sign-in link.
     */
    public void onState(Consumer<ObjectNode> listener) {
        listeners.add(listener);
    }

    void answered(Received received) {
        Pending request = pending.remove(received.request());
        if (received.request() == UNAWAITED) {
            return;
        }
        if (request == null) {
            late.incrementAndGet();
            return;
        }
        request.timer().cancel(false);
        tdlib.answers.execute(() -> {
            try {
                ObjectNode answer = Tdlib.answer(request.function(), received.json());
                answer.remove(List.of("@extra", "@client_id"));
                request.answer().complete(answer);
            } catch (TdlibException e) {
                LOG.debug("{}: {}", name, e.getMessage());
                e.retryAfter()
                        .ifPresent(wait -> floodWaits.put(
                                request.function(), clock.instant().plus(wait)));
                request.answer().completeExceptionally(e);
            }
        });
    }

    private void timedOut(long number, Duration timeout) {
        Pending request = pending.remove(number);
        if (request != null) {
            timedOut.incrementAndGet();
            fail(
                    request,
                    new TdlibException(
                            TdlibException.Kind.TIMED_OUT,
                            request.function() + ": no answer within " + timeout.toMillis() + " ms"));
        }
    }

    private void fail(Pending request, TdlibException e) {
        tdlib.answers.execute(() -> request.answer().completeExceptionally(e));
    }

    private void failPending() {
        for (Long number : pending.keySet()) {
            Pending request = pending.remove(number);
            if (request != null) {
                request.timer().cancel(false);
                fail(
                        request,
                        new TdlibException(
                                TdlibException.Kind.CLOSED,
                                request.function() + ": the client " + name
                                        + " was closed before the response arrived"));
            }
        }
    }

    /** Called by the receiving thread, so it must neither wait nor call foreign code. */
    void updated(Received received) {

        Received update = STATES.contains(received.type()) ? state(received) : received;
        boolean wanted = false;
        for (UpdateQueue queue : queues) {
            wanted |= queue.offer(update);
        }
        if (!wanted) {
            unwanted.incrementAndGet();
        }
    }

    /** @return the update for subscribers, without the sign-in link and the phone number, because routes can log it */
    private Received state(Received received) {
        ObjectNode update = received.tree();
        Received shown = received;
        if (update.path("authorization_state") instanceof ObjectNode state) {
            authorization = state;
            ObjectNode type = Tdlib.request(state.path("@type").asText());
            ObjectNode harmless = Tdlib.request(received.type()).set("authorization_state", type);
            if (authorizationState().equals(CLOSED)) {
                ended();
            }
            shown = new Received(harmless.toString(), received.type(), received.clientId(), 0, 0);
        } else if (update.path("state") instanceof ObjectNode state) {
            connection = state;
        }
        // last, because a listener may open the client again when it is closed
        tdlib.states.execute(() -> listeners.forEach(listener -> listener.accept(update)));
        return shown;
    }

    private void ended() {
        int was = id;
        id = 0;
        connection = NO_STATE;
        floodWaits.clear();
        tdlib.closed(was);
        failPending();
        CompletableFuture<Void> end = closed;
        tdlib.answers.execute(() -> end.complete(null));
    }

    /** Closes the client and its database. Completes when TDLib has closed them, or after 15 s with a {@code TimeoutException}. */
    public CompletableFuture<Void> close() {
        return close(CLOSE);
    }

    CompletableFuture<Void> close(Duration time) {
        int target = id;
        if (target != 0) {
            tdlib.send(target, Tdlib.request("close").put("@extra", UNAWAITED));
        }
        return closed.copy().orTimeout(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Returns the last authorization state, such as {@code {"@type": "authorizationStateReady"}}; without {@code @type} before the first
     * state.
     */
    public ObjectNode authorization() {
        return authorization;
    }

    /** Returns {@code @type} of {@link #authorization()}; empty before the first state. */
    public String authorizationState() {
        return authorization.path("@type").asText();
    }

    /** Returns {@code @type} of the connection state, such as {@code connectionStateReady}; empty while unknown. */
    public String connectionState() {
        return connection.path("@type").asText();
    }

    /** Returns the functions that Telegram currently refuses, with the end of each refusal. */
    public Map<String, Instant> floodWaits() {
        Instant now = clock.instant();
        floodWaits.values().removeIf(until -> !until.isAfter(now));
        return Map.copyOf(floodWaits);
    }

    /** Returns the number of pending requests. */
    public int pending() {
        return pending.size();
    }

    /** Returns the number of requests that timed out. */
    public long timedOut() {
        return timedOut.get();
    }

    /** Returns the number of responses that arrived after the timeout of their request. They are ignored. */
    public long late() {
        return late.get();
    }

    /** Returns the number of updates without a subscriber. */
    public long unwanted() {
        return unwanted.get();
    }
}
