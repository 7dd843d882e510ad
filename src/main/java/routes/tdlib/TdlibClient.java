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
 * One session with Telegram. After it was closed it can be opened again; subscriptions stay. Logs and exceptions name functions, never
 * their arguments.
 */
public final class TdlibClient {
    /** Requests under way. More are refused, so that a caller that does not wait cannot fill the memory. */
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

    /** Starts the client, unless it is open. TDLib then reports its state of authorization. */
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
     * Sends a request. The answer is completed by one of a few threads, which what follows must not block. Answers and updates go
     * different ways: an update that TDLib sent before an answer may be seen after it.
     *
     * @param request has {@code @type}; {@code @extra} is set here
     * @param timeout TDLib itself has none
     * @return completes with the answer, or with a {@link TdlibException}
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
                            + " have no answer yet"));
        }
        Instant now = clock.instant();
        Instant until = floodWaits.getOrDefault(function, now);
        return until.isAfter(now)
                ? Optional.of(TdlibException.wait(
                        function, Duration.between(now, until).toSeconds() + 1))
                : Optional.empty();
    }

    /** As {@link #send}, and waits for the answer. Must not be called by a thread that completes answers. */
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
     * Subscribes to updates. Of states of authorization, subscribers get the type alone. The subscription stays when the client is closed
     * and opened again.
     *
     * @param types      such as {@code updateNewMessage}; empty for all
     * @param maxUpdates maximum number of updates that wait
     * @param maxBytes   maximum size of the updates that wait, as JSON
     */
    public UpdateQueue subscribe(Set<String> types, int maxUpdates, long maxBytes) {
        UpdateQueue[] self = new UpdateQueue[1];
        self[0] = new UpdateQueue(types, maxUpdates, maxBytes, () -> queues.remove(self[0]));
        queues.add(self[0]);
        return self[0];
    }

    /**
     * Hears of changes of the states of authorization and connection, in their order, on a thread that it must not block for long. They
     * can contain the link that signs in.
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
                                request.function() + ": the client " + name + " was closed before it answered"));
            }
        }
    }

    /** Called by the receiving thread, so it neither waits nor calls code of others. */
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

    /** @return what subscribers get: without the link that signs in and the phone number, since routes can log what they get */
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
        // at the end: a listener that hears of the close may open the client again
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

    /** Closes the client and its database. Completes when TDLib has done so, or after 15 s with a {@code TimeoutException}. */
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

    /** The last state of authorization, such as {@code {"@type": "authorizationStateReady"}}; without {@code @type} before the first. */
    public ObjectNode authorization() {
        return authorization;
    }

    /** {@code @type} of {@link #authorization()}; empty before the first. */
    public String authorizationState() {
        return authorization.path("@type").asText();
    }

    /** {@code @type} of the state of the connection, such as {@code connectionStateReady}; empty while unknown. */
    public String connectionState() {
        return connection.path("@type").asText();
    }

    /** The functions that Telegram refuses for a time, and until when. */
    public Map<String, Instant> floodWaits() {
        Instant now = clock.instant();
        floodWaits.values().removeIf(until -> !until.isAfter(now));
        return Map.copyOf(floodWaits);
    }

    /** Requests without an answer yet. */
    public int pending() {
        return pending.size();
    }

    /** Requests that had no answer in time. */
    public long timedOut() {
        return timedOut.get();
    }

    /** Answers that came after their time-out. They are ignored. */
    public long late() {
        return late.get();
    }

    /** Updates that no subscriber wants. */
    public long unwanted() {
        return unwanted.get();
    }
}
