package routes.redisstreams;

import java.util.concurrent.Semaphore;

/**
 * Lets exchanges of all consumers of a component run concurrently. An entry that may kill the process runs alone. Fair, so
 * that such an entry is not starved.
 */
final class ProcessingPermits {
    private static final int ALL = 1 << 20;

    private final Semaphore permits = new Semaphore(ALL, true);

    void enter(boolean alone) throws InterruptedException {
        permits.acquire(alone ? ALL : 1);
    }

    void leave(boolean alone) {
        permits.release(alone ? ALL : 1);
    }
}
