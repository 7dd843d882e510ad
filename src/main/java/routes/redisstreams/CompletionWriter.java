package routes.redisstreams;

import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.redis.RedisLink;
import routes.redis.Script;

/**
 * Sends the scripts that settle entries, for all consumers of a component. Items that arrive while one batch is in flight form the next
 * batch. If more items are expected, a batch waits briefly for them: a few calls for many entries cost much less than one call per entry.
 * A script without a reply is retried until it gets one. Retrying is safe: the scripts act only while their entry is still pending.
 *
 * <p>The queue is bounded by the number of entries the consumers may have in flight.
 */
final class CompletionWriter {
    private static final Logger LOG = LoggerFactory.getLogger(CompletionWriter.class);
    private static final int MAX_BATCH = 128;
    /** Batches in flight: Redis processes one while the next is written and the replies to the previous one are read. */
    private static final int MAX_SENT = 2;
    /** Maximum characters of the arguments of one call; Redis buffers the whole call before it runs it. */
    private static final int MAX_SIZE = 1_000_000;

    /** First element of a script's reply if Redis refused a command; the second element is the error. */
    private static final Long REFUSED = -2L;

    /** How long a batch waits for more items: too short to delay an entry noticeably, long enough for a few dozen fast entries. */
    private static final Duration LINGER = Duration.ofMillis(1);

    private final RedisLink link;
    private final ScheduledExecutorService retries;
    private final Backoff backoff = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(5));
    private final ServerState state = new ServerState("redis-streams completions");
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Item> queue = new ArrayDeque<>();
    /** Whether the queue contains an item that must be sent without delay. */
    private boolean urgent;

    private volatile boolean running = true;
    private final BlockingQueue<Sent> sent = new ArrayBlockingQueue<>(MAX_SENT);
    /** Number of scripts that failed and have no reply yet. */
    private final AtomicInteger failing = new AtomicInteger();

    /**
     * One entry's part of a script call that handles many entries.
     *
     * @param common the leading keys and arguments; parts with equal values are sent in one call, whose reply has one element per part
     * @param keys keys of this part
     * @param arguments arguments of this part
     */
    record Part(Script.Call common, List<String> keys, List<String> arguments) {
        /** Total characters of the arguments. */
        int size() {
            return arguments.stream().mapToInt(String::length).sum();
        }
    }

    private record Item(Part part, Consumer<List<Object>> onAnswer, int failures) {}

    /** Script calls in flight, each for several items. */
    private record Sent(List<List<Item>> calls, RedisLink.Pipeline pipeline) {}

    CompletionWriter(RedisLink link, ScheduledExecutorService retries) {
        this.link = link;
        this.retries = retries;
    }

    /**
     * @param moreToCome whether other entries of the same consumer are about to be settled
     * @param onAnswer called with the reply to this part, on the thread that receives replies
     */
    void submit(Part part, boolean moreToCome, Consumer<List<Object>> onAnswer) {
        add(new Item(part, onAnswer, 0), !moreToCome);
    }

    private void add(Item item, boolean atOnce) {
        lock.lock();
        try {
            queue.add(item);
            urgent |= atOnce;
            if (urgent || queue.size() == 1 || queue.size() >= MAX_BATCH) {
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the next batch; empty once stopped. */
    private List<Item> take() throws InterruptedException {
        lock.lock();
        try {
            while (queue.isEmpty() && running) {
                changed.await();
            }
            long nanos = LINGER.toNanos();
            while (!urgent && queue.size() < MAX_BATCH && running && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            List<Item> batch = new ArrayList<>(MAX_BATCH);
            while (batch.size() < MAX_BATCH && !queue.isEmpty()) {
                batch.add(queue.poll());
            }
            urgent &= !queue.isEmpty();
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** Sends queued items until stopped. */
    void send() {
        while (running) {
            List<Item> batch = List.of();
            try {
                batch = take();
                List<List<Item>> calls = gather(batch);
                sent.put(new Sent(
                        calls,
                        link.send(calls.stream().map(CompletionWriter::call).toList())));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException | Error e) {
                batch.forEach(item -> again(item, e));
            }
        }
    }

    /** Receives replies until stopped. */
    void receive() {
        while (running) {
            try {
                receive(sent.take());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @SuppressWarnings("unchecked") // scripts called with parts return one list per part
    private void receive(Sent batch) {
        for (int i = 0; i < batch.calls().size(); i++) {
            List<Item> items = batch.calls().get(i);
            try {
                List<Object> answers = batch.pipeline().answer(i);
                for (int j = 0; j < items.size(); j++) {
                    answered(items.get(j), (List<Object>) answers.get(j));
                }
            } catch (RuntimeException | Error e) {
                // items already answered are sent again too, without effect
                items.forEach(item -> again(item, e));
            }
        }
    }

    private static Script.Call call(List<Item> items) {
        Script.Call common = items.get(0).part().common();
        List<String> keys = new ArrayList<>(common.keys());
        List<String> arguments = new ArrayList<>(common.arguments());
        arguments.add(Integer.toString(items.size()));
        for (Item item : items) {
            keys.addAll(item.part().keys());
            arguments.addAll(item.part().arguments());
        }
        return new Script.Call(common.script(), keys, arguments);
    }

    /** Groups items with the same {@code common} into calls, in order; a call is closed when it reaches {@link #MAX_SIZE}. */
    private static List<List<Item>> gather(List<Item> batch) {
        List<List<Item>> calls = new ArrayList<>();
        Map<Script.Call, List<Item>> open = new HashMap<>();
        Map<Script.Call, Integer> sizes = new HashMap<>();
        for (Item item : batch) {
            Script.Call common = item.part().common();
            if (sizes.merge(common, item.part().size(), Integer::sum) > MAX_SIZE) {
                open.remove(common);
                sizes.put(common, item.part().size());
            }
            open.computeIfAbsent(common, first -> {
                        List<Item> call = new ArrayList<>();
                        calls.add(call);
                        return call;
                    })
                    .add(item);
        }
        return calls;
    }

    private void answered(Item item, List<Object> answer) {
        if (answer.get(0).equals(REFUSED)) {
            again(item, new RedisCommandExecutionException((String) answer.get(1)));
            return;
        }
        if (item.failures() > 0) {
            failing.decrementAndGet();
        }
        if (failing.get() == 0) {
            state.up();
        }
        try {
            item.onAnswer().accept(answer);
        } catch (RuntimeException e) {
            LOG.error("Failed to handle the reply {} to {}", answer, item.part(), e);
        }
    }

    private void again(Item item, Throwable cause) {
        if (!running) {
            return;
        }
        if (item.failures() == 0) {
            failing.incrementAndGet();
        }
        Item next = new Item(item.part(), item.onAnswer(), item.failures() + 1);
        Duration delay = backoff.delay(next.failures());
        state.down(cause);
        try {
            ScheduledFuture<?> unused =
                    retries.schedule(() -> add(next, true), delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("Stopping: {} stays pending", next.part(), e);
        }
    }

    void stop() {
        lock.lock();
        try {
            running = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
