package routes.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import net.javacrumbs.shedlock.core.DefaultLockingTaskExecutor;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockingTaskExecutor;
import net.javacrumbs.shedlock.core.LockingTaskExecutor.TaskWithResult;
import net.javacrumbs.shedlock.provider.redis.spring.RedisLockProvider;
import net.javacrumbs.shedlock.support.KeepAliveLockProvider;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Allows one runner of a job over all processes of one Redis, under the key {@code job:lock:<name>}. The lock is extended while the
 * job runs; after a crash it expires within {@link #HELD}. If Redis loses the key, a second runner can start, so jobs must be
 * correct with two.
 */
final class JobLock implements AutoCloseable {
    private static final Duration HELD = Duration.ofSeconds(60);

    private final ScheduledExecutorService keeper = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "job-lock");
        thread.setDaemon(true);
        return thread;
    });
    private final LockingTaskExecutor locking;

    JobLock(RedisConnectionFactory redis) {
        var provider = new RedisLockProvider.Builder(redis)
                // together they form job:lock:<name>
                .keyPrefix("job")
                .environment("lock")
                // a lock that another process now holds is neither extended nor released
                .safeUpdate(true)
                .build();
        locking = new DefaultLockingTaskExecutor(new KeepAliveLockProvider(provider, keeper));
    }

    /**
     * @return the result of the task, or the other value if another process holds the lock
     * @throws org.springframework.dao.DataAccessException while Redis does not respond
     */
    <T> T run(String name, TaskWithResult<T> task, T otherwise) throws Throwable {
        var result = locking.executeWithLock(task, new LockConfiguration(Instant.now(), name, HELD, Duration.ZERO));
        return result.wasExecuted() ? result.getResult() : otherwise;
    }

    @Override
    public void close() {
        keeper.shutdownNow();
    }
}
