package routes.llm;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;
import routes.llm.ModelFailureException.Kind;

/** Model calls that a reader waits for: limited in number and time. */
@Component
public final class ReaderCalls implements DisposableBean {
    private static final int THREADS = 16;
    private static final long IDLE_SECONDS = 60;

    private final ExecutorService threads;

    public ReaderCalls() {
        CustomizableThreadFactory names = new CustomizableThreadFactory("reader-call-");
        names.setDaemon(true);
        threads = new ThreadPoolExecutor(0, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), names);
    }

    /**
     * Runs a call and waits for its result.
     *
     * @throws ModelFailureException if there is no result in time, or if {@value #THREADS} calls are already running
     */
    public <T> T within(Duration limit, Supplier<T> call) {
        Future<T> result;
        try {
            result = threads.submit(call::get);
        } catch (RejectedExecutionException e) {
            throw new ModelFailureException(Kind.BUSY, THREADS + " requests already wait for models", null, e);
        }
        try {
            return result.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new ModelFailureException(Kind.TIMEOUT, "no response within " + limit.toMillis() + " ms", null, e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ModelFailureException(Kind.TIMEOUT, "interrupted", null, e);
        } finally {
            result.cancel(true);
        }
    }

    @Override
    public void destroy() {
        threads.shutdownNow();
    }
}
