package routes.redisstreams;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
    private static final Duration LOOK_UP = Duration.ofMillis(500);

    private final RedisLink link;
    private final ScheduledExecutorService retries;
    private final Backoff backoff = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(5));
    private final ServerState state = new ServerState("redis-streams completions");
    private final BlockingQueue<Item> queue = new LinkedBlockingQueue<>();
    private volatile boolean running = true;
    /** Scripts that failed and have no answer yet. Used by the writer's thread only. */
    private int failing;

    private record Item(ScriptCall call, Consumer<List<Object>> onAnswer, int failures) {
        Item failed() {
            return new Item(call, onAnswer, failures + 1);
        }
    }

    CompletionWriter(RedisLink link, ScheduledExecutorService retries) {
        this.link = link;
        this.retries = retries;
    }

    /** @param onAnswer called on this writer's thread once Redis has answered */
    void submit(ScriptCall call, Consumer<List<Object>> onAnswer) {
        queue.add(new Item(call, onAnswer, 0));
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

    private void write(List<Item> batch) {
        RedisLink.Pipeline pipeline = link.send(batch.stream().map(Item::call).toList());
        for (int i = 0; i < batch.size(); i++) {
            Item item = batch.get(i);
            List<Object> answer;
            try {
                answer = pipeline.answer(i);
            } catch (RuntimeException e) {
                again(item, e);
                continue;
            }
            if (item.failures() > 0) {
                failing--;
            }
            if (failing == 0) {
                state.up();
            }
            handle(item, answer);
        }
    }

    private void handle(Item item, List<Object> answer) {
        try {
            item.onAnswer().accept(answer);
        } catch (RuntimeException e) {
            LOG.error("The answer {} to {} could not be handled", answer, item.call(), e);
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
            LOG.debug("Stopping: {} stays pending", next.call(), e);
        }
    }

    void stop() {
        running = false;
    }
}
