package routes.redisstreams;

import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the scripts that settle entries, for all consumers of a component. What gathers while one batch is under way goes
 * out as the next; a lone script goes out at once. A script that got no answer is sent again until it gets one: the scripts
 * act only while their entry is still pending, so that a repetition changes nothing.
 *
 * <p>The queue is bounded by what the consumers may have in flight.
 */
final class CompletionWriter implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(CompletionWriter.class);
    private static final int MAX_BATCH = 128;
    /** Characters of the arguments of one call; Redis must hold a call as a whole before it begins. */
    private static final int MAX_SIZE = 1_000_000;

    /** The first element of an answer of a script that says why Redis refused to do it. */
    private static final Long REFUSED = -2L;

    private static final Duration LOOK_UP = Duration.ofMillis(500);

    private final RedisLink link;
    private final ScheduledExecutorService retries;
    private final Backoff backoff = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(5));
    private final ServerState state = new ServerState("redis-streams completions");
    private final BlockingQueue<Item> queue = new LinkedBlockingQueue<>();
    private volatile boolean running = true;
    /** Scripts that failed and have no answer yet. Used by the writer's thread only. */
    private int failing;

    /** @param part what is to be sent, alone or in one call with others that have the same in common */
    private record Item(ScriptCall.Part part, Consumer<List<Object>> onAnswer, int failures) {
        Item failed() {
            return new Item(part, onAnswer, failures + 1);
        }
    }

    CompletionWriter(RedisLink link, ScheduledExecutorService retries) {
        this.link = link;
        this.retries = retries;
    }

    /** @param onAnswer called on this writer's thread with the answer to this part, once Redis has answered */
    void submit(ScriptCall.Part part, Consumer<List<Object>> onAnswer) {
        queue.add(new Item(part, onAnswer, 0));
    }

    @Override
    public void run() {
        List<Item> batch = new ArrayList<>(MAX_BATCH);
        while (running) {
            try {
                Item first = queue.poll(LOOK_UP.toMillis(), TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    queue.drainTo(batch, MAX_BATCH - 1);
                    write(batch);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException | Error e) {
                // what was answered already is answered again, which changes nothing
                batch.forEach(item -> again(item, e));
            } finally {
                batch.clear();
            }
        }
    }

    @SuppressWarnings("unchecked") // the scripts of parts answer with a list for each
    private void write(List<Item> batch) {
        List<List<Item>> calls = gather(batch);
        RedisLink.Pipeline pipeline = link.send(calls.stream()
                .map(items -> ScriptCall.of(items.stream().map(Item::part).toList()))
                .toList());
        for (int i = 0; i < calls.size(); i++) {
            List<Object> answers;
            try {
                answers = pipeline.answer(i);
            } catch (RuntimeException e) {
                calls.get(i).forEach(item -> again(item, e));
                continue;
            }
            for (int j = 0; j < answers.size(); j++) {
                answered(calls.get(i).get(j), (List<Object>) answers.get(j));
            }
        }
    }

    /** What goes out in one call: items that have the same in common, in order, until they are many bytes. */
    private static List<List<Item>> gather(List<Item> batch) {
        List<List<Item>> calls = new ArrayList<>();
        Map<ScriptCall, List<Item>> open = new HashMap<>();
        Map<ScriptCall, Integer> sizes = new HashMap<>();
        for (Item item : batch) {
            ScriptCall common = item.part().common();
            int size = sizes.merge(common, item.part().size(), Integer::sum);
            List<Item> call = open.get(common);
            if (call == null || size > MAX_SIZE) {
                call = new ArrayList<>();
                calls.add(call);
                open.put(common, call);
                sizes.put(common, item.part().size());
            }
            call.add(item);
        }
        return calls;
    }

    private void answered(Item item, List<Object> answer) {
        if (answer.get(0).equals(REFUSED)) {
            again(item, new RedisCommandExecutionException((String) answer.get(1)));
            return;
        }
        if (item.failures() > 0) {
            failing--;
        }
        if (failing == 0) {
            state.up();
        }
        try {
            item.onAnswer().accept(answer);
        } catch (RuntimeException e) {
            LOG.error("The answer {} to {} could not be handled", answer, item.part(), e);
        }
    }

    private void again(Item item, Throwable cause) {
        if (!running) {
            return;
        }
        if (item.failures() == 0) {
            failing++;
        }
        Item next = item.failed();
        Duration delay = backoff.delay(next.failures());
        state.down(cause);
        try {
            ScheduledFuture<?> unused =
                    retries.schedule(() -> queue.add(next), delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("Stopping: {} stays pending", next.part(), e);
        }
    }

    void stop() {
        running = false;
    }
}
