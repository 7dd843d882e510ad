package routes.answers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import routes.answers.AnswerTask.Draft;

/**
 * Queue of sentences between the thread that reads what a model writes and the thread that checks them. A further call of a model discards
 * the sentences that are not shown yet. Once a sentence is shown, no further call is made.
 */
final class Drafting {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private List<Draft> waiting = new ArrayList<>();
    private int taken;
    private int attempt;
    private String provider;
    private String model;
    private boolean isUsed;
    private boolean isOver;

    /** Sentences of one call of a model; none if no more will come. */
    record Some(List<Draft> drafts, int attempt, String provider) {}

    /**
     * A call of a model.
     *
     * @param attempt its number, from 1; 0 if there was none
     * @param isUsed whether a sentence of it is shown
     */
    record Call(int attempt, String provider, String model, boolean isUsed) {}

    /** @return false if sentences of an earlier call are shown */
    boolean begins(String nextProvider, String nextModel) {
        lock.lock();
        try {
            if (isUsed) {
                return false;
            }
            attempt++;
            provider = nextProvider;
            model = nextModel;
            waiting = new ArrayList<>();
            taken = 0;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** @param drafts all complete ones of the current call, in order */
    void written(List<Draft> drafts) {
        lock.lock();
        try {
            if (drafts.size() > taken) {
                waiting.addAll(drafts.subList(taken, drafts.size()));
                taken = drafts.size();
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Nothing more comes. */
    void ends() {
        lock.lock();
        try {
            isOver = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for sentences.
     *
     * @return without sentences after the time, or if nothing more comes
     */
    Some next(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (waiting.isEmpty() && !isOver && left > 0) {
                left = changed.awaitNanos(left);
            }
            Some some = new Some(waiting, attempt, provider);
            waiting = new ArrayList<>();
            return some;
        } finally {
            lock.unlock();
        }
    }

    /** Marks a call as used, before a sentence of it is shown. Returns false if another call has begun. */
    boolean use(int ofAttempt) {
        lock.lock();
        try {
            isUsed |= ofAttempt == attempt;
            return ofAttempt == attempt;
        } finally {
            lock.unlock();
        }
    }

    /** The last call. */
    Call call() {
        lock.lock();
        try {
            return new Call(attempt, provider, model, isUsed);
        } finally {
            lock.unlock();
        }
    }
}
